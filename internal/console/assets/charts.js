// Draws the charts of a page from the numbers that stand in it: each figure holds them as JSON, for the drawing, and as a
// table, for reading. Points are read out by pointer and by arrow keys in the words of the table's row.
import {forecast, history, lags} from './chart-series.js';
import {rows} from './chart-rows.js';

const kinds = {history, forecast, lag: lags, segments: rows, cohorts: rows, influence: rows, waterfall: rows};

class Chart {
  constructor(figure, data, draw) {
    Object.assign(this, {figure, data, draw, at: -1, width: 0});
    this.canvas = element('div', {class: 'chart-canvas', tabindex: 0, role: 'application', 'aria-roledescription': data.words.chart,
      'aria-label': data.words.summary, 'aria-description': data.words.hint});
    this.reading = element('p', {class: 'chart-reading', 'aria-live': 'polite'});
    // Once is enough for those who see it.
    if (!document.querySelector('.chart-reading')) this.reading.textContent = data.words.hint;
    figure.querySelector('details').before(this.canvas, this.reading);
    this.canvas.addEventListener('keydown', event => this.key(event));
    this.canvas.addEventListener('pointermove', event => this.point(event));
    this.canvas.addEventListener('pointerdown', event => this.point(event));
    this.resize(this.canvas.clientWidth);
    new ResizeObserver(([entry]) => requestAnimationFrame(() => this.resize(entry.contentRect.width))).observe(this.canvas);
  }

  resize(width) {
    width = Math.floor(width);
    if (width < 50 || width === this.width) return;
    this.width = width;
    const plot = this.draw(this.data, width);
    // The library brings its own style sheet, which the page's policy refuses; what it says stands in charts.css.
    plot.querySelector('style').remove();
    plot.setAttribute('aria-hidden', 'true');
    this.canvas.replaceChildren(plot);
    this.mark = d3.select(plot).append('g').attr('class', 'chart-mark').attr('pointer-events', 'none');
    this.spots = this.spotsOf(plot);
    if (this.at >= 0) this.tell(this.at);
  }

  // spotsOf a drawing: where each point that has a row in the table is, in pixels, from left to right or from top to bottom.
  spotsOf(plot) {
    const x = plot.scale('x'), y = plot.scale('y');
    const spots = plot.spots.map(({x: at, y: up, row}) => ({x: x.apply(at), y: y.apply(up), row}));
    this.along = plot.along;
    return spots.sort((a, b) => a[this.along] - b[this.along]);
  }

  point(event) {
    const box = this.canvas.querySelector('svg').getBoundingClientRect();
    const where = {x: event.clientX - box.left, y: event.clientY - box.top};
    const far = spot => Math.abs(spot[this.along] - where[this.along]);
    this.tell(d3.minIndex(this.spots, far));
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return; // the browser's own
    const last = this.spots.length - 1, step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
    let to = this.at + step;
    if (step && this.at < 0) to = this.along === 'x' ? last : 0; // the latest first
    if (event.key === 'Home') to = 0;
    if (event.key === 'End') to = last;
    if (Number.isNaN(to)) return;
    event.preventDefault();
    this.tell(Math.max(0, Math.min(last, to)));
  }

  tell(at) {
    this.at = at;
    const spot = this.spots[at];
    if (!spot) return;
    this.mark.selectAll('*').remove();
    this.mark.append('circle').attr('cx', spot.x).attr('cy', spot.y).attr('r', 7);
    this.reading.classList.add('read');
    const said = this.sentence(spot.row);
    if (said !== this.reading.textContent) this.reading.textContent = said;
  }

  // sentence of a row of the table: its first cell, then each other one after its heading.
  sentence(row) {
    const table = this.figure.querySelector('table');
    const heads = [...table.tHead.rows[0].cells].map(cell => cell.textContent.trim());
    const cells = [...table.tBodies[0].rows[row].cells].map(cell => cell.textContent.trim());
    return cells.map((said, i) => i === 0 ? said : `${heads[i]}: ${said}`).filter((_, i) => cells[i]).join(' · ');
  }
}

function element(name, attributes) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

for (const figure of document.querySelectorAll('figure[data-chart]')) {
  const data = {levels: [], changes: [], goals: [], ...JSON.parse(figure.querySelector('script[type="application/json"]').textContent)};
  const draw = kinds[figure.dataset.chart];
  if (draw && data.points.some(point => typeof point.value === 'number')) new Chart(figure, data, draw);
}
