// Charts of parts below each other, each under its own name and number: a dot with its interval, or a bar.
import {axisOf, known} from './chart-numbers.js';

const letter = 7.4; // pixels, on average

export function rows(data, width) {
  const points = data.points.map((point, y) => ({...point, y}));
  const numbers = [...points.flatMap(p => [p.value, p.lower, p.upper, p.from]), ...data.levels.map(level => level.value), ...(data.bars ? [0] : [])];
  const {ticks, domain, format} = axisOf(data.unit, numbers, Math.max(2, Math.floor(width / 140)));
  const side = Math.max(10, 4 * d3.max(domain, end => format(end).length)), top = data.levels.length ? 22 : 4;
  // Name and number stand side by side above what is drawn or, where there is no room for both, below each other.
  const stacked = d3.max(points, p => p.label.length + (p.told ?? '').length) * letter + 24 > width;
  const rowHeight = stacked ? 56 : 40, drawn = rowHeight - 14;
  // A line through all rows leaves their texts free.
  const inRows = (x, options) => Plot.link(points, {...options, x1: () => x, x2: () => x, y1: p => p.y + (drawn - 10) / rowHeight, y2: p => p.y + 1});
  const plot = Plot.plot({
    className: 'plot', width, height: top + points.length * rowHeight + 28, marginLeft: side, marginRight: side, marginTop: top, marginBottom: 28,
    x: {domain}, y: {axis: null, type: 'linear', domain: [0, points.length], range: [top, top + points.length * rowHeight]},
    marks: [
      Plot.gridX(ticks, {stroke: 'currentColor', strokeOpacity: 0.12}),
      Plot.axisX(ticks, {tickFormat: format, tickSize: 0, label: null}),
      across(data.levels, domain, inRows),
      data.bars ? bars(points, data.bars, drawn, rowHeight, inRows) : [],
      intervals(points, drawn / rowHeight, 5 / rowHeight),
      data.bars ? [] : Plot.dot(points.filter(p => known(p.value)), {x: 'value', y: p => p.y + drawn / rowHeight, r: 5, fill: p => moves(p) ? 'var(--chart-paper)' : tone(p), stroke: p => moves(p) ? tone(p) : 'var(--chart-paper)', strokeWidth: 2}),
      Plot.text(points, {...halo, text: 'label', y: p => p.y + 9 / rowHeight, frameAnchor: 'left', textAnchor: 'start', dx: 4 - side, fontWeight: 600,
        lineWidth: (width - 8) / 12 - (stacked ? 0 : 0.5 * d3.max(points, p => (p.told ?? '').length) + 1), textOverflow: 'ellipsis'}),
      Plot.text(points, {...halo, text: 'told', y: p => p.y + (stacked ? 25 : 9) / rowHeight,
        ...(stacked ? {frameAnchor: 'left', textAnchor: 'start', dx: 4 - side} : {frameAnchor: 'right', textAnchor: 'end', dx: side - 4})}),
    ],
  });
  plot.along = 'y';
  plot.spots = points.filter(p => known(p.value)).map(p => ({x: p.value, y: p.y + drawn / rowHeight, row: p.row}));
  return plot;
}

// moves: the number is no result yet, and its dot is hollow.
const moves = p => p.state === 'Running' || p.state === 'Maturing';

const tone = p => `var(--chart-${p.tone || 'line'})`;

// halo keeps text readable across lines.
const halo = {fill: 'currentColor', stroke: 'var(--chart-paper)', strokeWidth: 4};

// across are lines through all rows, with their labels above.
function across(levels, [low, high], inRows) {
  return levels.flatMap(level => [
    inRows(level.value, {stroke: 'currentColor', strokeWidth: 1.5}),
    Plot.text([level], {x: 'value', text: 'label', frameAnchor: 'top', dy: -14, fontWeight: 600, textAnchor: level.value > (low + high) / 2 ? 'end' : 'start'}),
  ]);
}

function bars(points, weight, drawn, rowHeight, inRows) {
  return [
    inRows(0, {stroke: 'currentColor', strokeOpacity: 0.5}),
    Plot.rect(points.filter(p => known(p.value)), {x1: p => p.from ?? 0, x2: 'value', y1: p => p.y + (drawn - 6) / rowHeight, y2: p => p.y + (drawn + 6) / rowHeight,
      fill: tone, fillOpacity: weight === 'light' ? 0.45 : 0.85}),
  ];
}

// intervals as whiskers, at a place within their row.
function intervals(points, at, half) {
  const whole = points.filter(p => known(p.lower) && known(p.upper));
  const line = (x1, x2, above) => Plot.link(whole, {x1, x2, y1: p => p.y + at - above, y2: p => p.y + at + above, stroke: tone, strokeWidth: 2});
  return [line('lower', 'upper', 0), line('lower', 'lower', half), line('upper', 'upper', half)];
}
