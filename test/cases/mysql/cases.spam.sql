NOT find_in_set('spam', trim(TRAILING '}' FROM trim(LEADING '{' FROM tags))) -- an array is text here
