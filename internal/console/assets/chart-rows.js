// Charts of parts below each other, each under its own name: a dot with its interval, or a bar.
import {axisOf, known} from './chart-numbers.js';

const rowHeight = 40;

export function rows(data, width) {
  const points = data.points.map((point, i) => ({...point, y: i, name: i - 0.28}));
  const numbers = [...points.flatMap(p => [p.value, p.lower, p.upper, p.from]), ...data.levels.map(level => level.value), ...(data.bars ? [0] : [])];
  const {ticks, domain, format} = axisOf(data.unit, numbers, Math.max(2, Math.floor(width / 140)));
  const tone = p => `var(--chart-${p.tone || 'line'})`;
  const half = 4 * d3.max([domain[0], domain[1]], end => format(end).length);
  const told = d3.max(points, p => (p.told || '').length) || 0;
  const whole = points.filter(p => known(p.lower) && known(p.upper));
  const text = {frameAnchor: 'left', y: 'name', fill: 'currentColor'};
  const plot = Plot.plot({
    className: 'plot', width, height: points.length * rowHeight + (data.levels.length ? 48 : 32), marginLeft: Math.max(8, half), marginRight: Math.max(8, half),
    marginTop: data.levels.length ? 22 : 6, marginBottom: 26,
    x: {domain}, y: {axis: null, type: 'linear', domain: [-0.5, points.length - 0.5], range: [data.levels.length ? 22 : 6, points.length * rowHeight + (data.levels.length ? 22 : 6)]},
    marks: [
      Plot.gridX(ticks, {stroke: 'currentColor', strokeOpacity: 0.12}),
      Plot.axisX(ticks, {tickFormat: format, tickSize: 0, label: null}),
      data.bars ? Plot.ruleX([0], {stroke: 'currentColor', strokeOpacity: 0.5}) : [],
      Plot.ruleX(data.levels, {x: 'value', stroke: 'currentColor', strokeDasharray: '7 4'}),
      Plot.text(data.levels, {x: 'value', text: 'label', frameAnchor: 'top', dy: -14, fontWeight: 600, textAnchor: level => level.value > (domain[0] + domain[1]) / 2 ? 'end' : 'start'}),
      data.bars ? Plot.rect(points.filter(p => known(p.value)), {x1: p => p.from ?? 0, x2: 'value', y1: p => p.y + 0.02, y2: p => p.y + 0.3, fill: tone, fillOpacity: data.bars === 'light' ? 0.45 : 0.85}) : [],
      Plot.link(whole, {x1: 'lower', x2: 'upper', y1: p => p.y + 0.16, y2: p => p.y + 0.16, stroke: tone, strokeWidth: 2}),
      [-1, 1].map(end => Plot.link(whole, {x1: end < 0 ? 'lower' : 'upper', x2: end < 0 ? 'lower' : 'upper', y1: p => p.y + 0.05, y2: p => p.y + 0.27, stroke: tone, strokeWidth: 2})),
      data.bars ? [] : Plot.dot(points.filter(p => known(p.value)), {x: 'value', y: p => p.y + 0.16, r: 5, fill: tone, stroke: 'var(--chart-paper)'}),
      Plot.text(points, {...text, text: 'label', textAnchor: 'start', dx: 6 - Math.max(8, half), fontWeight: 600, lineWidth: Math.max(6, (width - 7 * told - 24) / 13), textOverflow: 'ellipsis', title: 'label'}),
      Plot.text(points, {...text, text: 'told', frameAnchor: 'right', textAnchor: 'end', dx: Math.max(8, half) - 6}),
    ],
  });
  plot.along = 'y';
  plot.spots = points.filter(p => known(p.value)).map(p => ({x: p.value, y: p.y + 0.16, row: p.row}));
  return plot;
}
