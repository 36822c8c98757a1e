// Filters as one types and sorts by columns. Without it the form and the order of the server do.
const form = document.querySelector('form.filter');
if (form) filter(form);
document.querySelectorAll('table[data-sort]').forEach(sortable);

function filter(form) {
  const rows = [...document.querySelectorAll('[data-row]')].map((row) => ({ row, text: row.dataset.words.toLowerCase() }));
  const status = form.querySelector('[role=status]');
  const indicators = rows.filter(({ row }) => row.localName === 'tr');
  const narrow = () => {
    const wish = Object.fromEntries(new FormData(form));
    const q = wish.q.trim().toLowerCase();
    for (const { row, text } of rows) {
      const { state, owner, theme } = row.dataset;
      row.hidden = (wish.state && state !== wish.state) || (wish.owner && owner !== wish.owner) || (wish.theme && theme !== wish.theme) || !text.includes(q);
    }
    for (const fold of document.querySelectorAll('[data-fold]')) {
      fold.hidden = !fold.querySelector('[data-row]:not([hidden])');
      fold.open = !fold.hidden && Object.values(wish).some(Boolean);
    }
    for (const part of document.querySelectorAll('.group')) part.hidden = !part.querySelector('[data-row]:not([hidden])');
    const shown = indicators.filter(({ row }) => !row.hidden).length;
    const query = new URLSearchParams(Object.entries(wish).filter(([, chosen]) => chosen !== '')).toString();
    history.replaceState(null, '', location.pathname + (query && '?' + query) + location.hash); // to be sent to somebody
    status.textContent = status.dataset.shown.replace('{shown}', shown.toLocaleString(document.documentElement.lang));
  };
  // What the server left out is not here: then the whole list is asked for once, and narrowed here from then on.
  if (location.search.replace(/[?&]lang=[^&]*/, '') !== '') return;
  form.addEventListener('input', narrow);
  if (document.querySelector('[data-partial]')) return; // the button asks the server for what is not listed
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    narrow();
  });
  form.querySelector('button').hidden = true;
}

function sortable(table) {
  const body = table.tBodies[0];
  const language = document.documentElement.lang;
  const compare = new Intl.Collator(language, { numeric: true }).compare;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    if (!('by' in head.dataset)) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const descending = head.getAttribute('aria-sort') === 'ascending';
      for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      const keyed = [...body.rows].map((row) => ({ row, key: keyOf(row.cells[column]) }));
      keyed.sort((a, b) => order(a.key, b.key, compare) * (descending && a.key !== '' && b.key !== '' ? -1 : 1));
      body.append(...keyed.map(({ row }) => row));
    });
  });
}

// keyOf a cell is what the server gave to sort by, or its text.
function keyOf(cell) {
  const given = cell.dataset.key;
  if (given === undefined) return cell.textContent.trim();
  return given === '' ? '' : Number(given);
}

// order puts what is absent last.
function order(a, b, compare) {
  if (a === '' || b === '') return (a === '') - (b === '');
  return typeof a === 'number' && typeof b === 'number' ? a - b : compare(String(a), String(b));
}
