NOT contains(',' || trim(tags, '{}') || ',', ',spam,') -- an array is text in a file
