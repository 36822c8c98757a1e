// A button on each block of code that copies it. Without a secure page there is no clipboard, and no button.
if (navigator.clipboard) {
  for (const block of document.querySelectorAll('.code[data-copy]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = block.dataset.copy;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(block.querySelector('pre').textContent);
      button.textContent = block.dataset.copied;
    });
    block.prepend(button);
  }
}
