// Charts along time or lag: the value with its interval, what is not a result told from what is.
import {axisOf, known} from './chart-numbers.js';

// halo keeps text readable across lines.
const halo = {fill: 'currentColor', stroke: 'var(--chart-paper)', strokeWidth: 4};

// placed gives points their place on the axis: the middle of their period, or their number where periods have no dates.
function placed(points) {
  const dated = points.every(point => point.start && point.end);
  return points.map((point, i) => dated
    ? {...point, from: Date.parse(point.start), to: Date.parse(point.end), x: (Date.parse(point.start) + Date.parse(point.end)) / 2}
    : {...point, from: i - 0.5, to: i + 0.5, x: i});
}

const isResult = point => point?.state === 'Mature' && !point.flag && known(point.value);

// frame of a chart of points: scales and axes, that hold all numbers, with room at the side for labels of lines across.
function frame(points, numbers, unit, width, labels = []) {
  const {ticks, domain, format} = axisOf(unit, numbers, 5);
  const marginLeft = 12 + 6.6 * d3.max(ticks, tick => format(tick).length);
  const beside = width >= 560 && labels.length > 0;
  const marginRight = beside ? 18 + 7.6 * d3.max(labels, label => label.length) : 28, keys = beside ? 0 : labels.length * 14;
  const every = Math.ceil(points.length / Math.max(2, Math.floor((width - marginLeft - marginRight) / 72)));
  const labelled = new Map(points.filter((_, i) => (points.length - 1 - i) % every === 0).map(point => [point.x, point.label]));
  return {
    beside,
    options: {
      className: 'plot', width, height: (width < 480 ? 230 : 290) + keys, marginLeft, marginRight, marginTop: 30 + keys, marginBottom: 28,
      x: {type: 'linear', domain: [d3.min(points, p => p.from), d3.max(points, p => p.to)]}, y: {domain},
    },
    axes: [
      Plot.gridY(ticks, {stroke: 'currentColor', strokeOpacity: 0.12}),
      Plot.axisY(ticks, {tickFormat: format, tickSize: 0, label: null}),
      Plot.axisX([...labelled.keys()], {tickFormat: x => labelled.get(x), tickSize: 3, label: null}),
    ],
  };
}

// fitted are the numbers that an axis holds. A value that must not be acted on does not press the others flat.
function fitted(points) {
  const sound = points.filter(p => !p.flag && known(p.value));
  return (sound.length ? sound : points).flatMap(p => [p.value, p.lower, p.upper]);
}

// within an axis: what lies further out is drawn at its edge, and marked there.
function within(points, [low, high]) {
  const held = v => known(v) ? Math.max(low, Math.min(high, v)) : v;
  return points.map(p => {
    const numbers = [p.value, p.lower, p.upper].filter(known);
    return {...p, value: held(p.value), lower: held(p.lower), upper: held(p.upper), outside: p.value < low || p.value > high,
      above: numbers.some(v => v > high), below: numbers.some(v => v < low)};
  });
}

// beyond the axis: an arrow at its edge, with the number where that itself lies further out.
function beyond(points, [low, high]) {
  const arrow = (list, edge, sign, dy) => Plot.text(list, {...halo, fill: 'var(--chart-doubt)', fontWeight: 600, x: 'x', y: () => edge, dy,
    text: p => p.outside && p.value === edge ? `${sign} ${p.told}` : sign});
  return [arrow(points.filter(p => p.above), high, '▲', 8), arrow(points.filter(p => p.below), low, '▼', -8)];
}

// value with its interval: band and line of results, broken where one is missing; what is none is hollow, dashed or crossed.
function value(points) {
  const results = points.map(p => isResult(p) ? p : {...p, value: NaN, lower: NaN, upper: NaN});
  const alone = points.filter((p, i) => isResult(p) && !isResult(points[i - 1]) && !isResult(points[i + 1]));
  const others = points.filter(p => known(p.value) && !isResult(p)), open = others.filter(p => !p.flag);
  const last = points.findLastIndex(isResult), moving = open.filter(p => points.indexOf(p) > last);
  const style = {x: 'x', stroke: 'var(--chart-line)'}, whisker = {...style, y1: 'lower', y2: 'upper', strokeOpacity: 0.55, strokeWidth: 1.5};
  const whole = list => list.filter(p => known(p.lower) && known(p.upper));
  return [
    Plot.areaY(results, {x: 'x', y1: 'lower', y2: 'upper', fill: 'var(--chart-line)', fillOpacity: 0.18}),
    Plot.ruleX(whole(alone), whisker),
    Plot.ruleX(whole(others), {...whisker, strokeDasharray: '3 3'}),
    Plot.lineY(results, {...style, y: 'value', strokeWidth: 2}),
    Plot.lineY(moving.includes(points[last + 1]) ? [points[last] ?? moving[0], ...moving] : moving, {...style, y: 'value', strokeDasharray: '4 4', strokeWidth: 1.5}),
    Plot.dot(points.filter(isResult), {x: 'x', y: 'value', r: points.length > 60 ? 1.5 : 3, fill: 'var(--chart-line)'}),
    Plot.dot(open, {...style, y: 'value', r: 4, fill: 'var(--chart-paper)', strokeWidth: 2}),
    Plot.dot(others.filter(p => p.flag && !p.outside), {...style, y: 'value', symbol: 'times', r: 5, stroke: 'var(--chart-doubt)', strokeWidth: 2}),
  ];
}

// labels of levels stand beside the chart, of two that lie close the lower one's lower; where there is no room they stand above it.
function labels(levels, {options, beside}) {
  const [low, high] = options.y.domain, near = (high - low) * 16 / options.height;
  const close = level => levels.some(other => other.value > level.value && other.value - level.value < near);
  const text = {fontWeight: 600, textAnchor: 'start', ...halo};
  return levels.map((level, i) => Plot.text([level], beside
    ? {...text, fill: toneOf(level), text: 'label', y: 'value', frameAnchor: 'right', dx: 8, dy: close(level) ? 16 : 0}
    : {...text, fill: toneOf(level), text: () => '╌╌ ' + level.label, frameAnchor: 'top-left', dy: -14 * (levels.length - i) - 14}));
}

const toneOf = level => `var(--chart-${level.tone})`;

// zones name the periods that are no results yet.
function zones(points) {
  const states = d3.groups(points.filter(p => p.state !== 'Mature'), p => p.state);
  return states.flatMap(([, group], i) => {
    const zone = {x1: d3.min(group, p => p.from), x2: d3.max(group, p => p.to), label: group[0].stateLabel};
    return [
      Plot.rect([zone], {x1: 'x1', x2: 'x2', fill: 'currentColor', fillOpacity: 0.06}),
      Plot.text([zone], {x: 'x2', text: 'label', frameAnchor: 'top', textAnchor: 'end', dy: -22 + 13 * i, fontStyle: 'italic'}),
    ];
  });
}

function reads(plot, points) {
  plot.along = 'x';
  plot.spots = points.filter(p => known(p.value) && known(p.row));
  return plot;
}

export function history(data, width) {
  const all = placed(data.points), numbers = [...fitted(all), ...data.levels.map(l => l.value)];
  const framed = frame(all, numbers, data.unit, width, data.levels.map(level => level.label)), {options, axes} = framed;
  const points = within(all, options.y.domain);
  const changes = data.changes.map(change => ({...change, x: Date.parse(change.at)})).filter(c => c.x > options.x.domain[0] && c.x < options.x.domain[1]);
  return reads(Plot.plot({...options, marks: [
    zones(points), axes,
    Plot.ruleY(data.levels, {y: 'value', stroke: toneOf, strokeWidth: 1.5, strokeDasharray: '7 4'}), labels(data.levels, framed),
    Plot.ruleX(changes, {x: 'x', stroke: 'currentColor', strokeDasharray: '2 3'}),
    changes.map(change => {
      const late = change.x - options.x.domain[0] > (options.x.domain[1] - options.x.domain[0]) / 2;
      return Plot.text([change], {x: 'x', text: 'label', frameAnchor: 'top', textAnchor: late ? 'end' : 'start', dx: late ? -4 : 4, dy: 6, ...halo});
    }),
    value(points), beyond(points, options.y.domain),
  ]}), points);
}

export function forecast(data, width) {
  const points = placed(data.points), ahead = points.filter(p => p.state === 'Forecast');
  const goals = data.goals.map(goal => ({...goal, tone: 'target', x: Date.parse(goal.by || goal.from)}));
  const framed = frame(points, [...fitted(points), ...goals.map(g => g.value)], data.unit, width, goals.map(goal => goal.label));
  const {options, axes} = framed;
  const [from, to] = options.x.domain;
  const last = points.findLast(isResult), root = last && {...last, lower: last.value, upper: last.value};
  const fan = root ? [root, ...ahead] : ahead;
  const standing = goals.filter(g => g.from).map(g => ({...g, from: Math.max(g.x, from), to})), dated = goals.filter(g => g.by && g.x <= to && g.x >= from);
  const style = {x: 'x', stroke: 'var(--chart-line)'};
  return reads(Plot.plot({...options, marks: [
    zones(points), axes,
    Plot.areaY(fan, {x: 'x', y1: 'lower', y2: 'upper', fill: 'var(--chart-line)', fillOpacity: 0.18}),
    Plot.lineY(fan, {...style, y: 'value', strokeDasharray: '4 4', strokeWidth: 1.5}),
    Plot.dot(ahead, {...style, y: 'value', r: 3.5, fill: 'var(--chart-paper)', strokeWidth: 2}),
    Plot.lineY(points.map(p => isResult(p) ? p : {...p, value: NaN}), {...style, y: 'value', strokeWidth: 2}),
    Plot.dot(points.filter(isResult), {x: 'x', y: 'value', r: 2.5, fill: 'var(--chart-line)'}),
    Plot.ruleY(standing.filter(g => g.from < to), {x1: 'from', x2: 'to', y: 'value', stroke: 'var(--chart-target)', strokeDasharray: '7 4', strokeWidth: 1.5}),
    Plot.dot(dated, {x: 'x', y: 'value', symbol: 'diamond', r: 6, fill: 'var(--chart-target)'}),
    labels([...standing, ...dated], framed),
  ]}), points.filter(p => isResult(p) || p.state === 'Forecast'));
}

export function lags(data, width) {
  const points = data.points.map(p => ({...p, x: p.lag, from: p.lag - 0.5, to: p.lag + 0.5}));
  const {options, axes} = frame(points, points.flatMap(p => [p.value, p.lower, p.upper, 0]), data.unit, width);
  const tone = p => p.chosen ? 'var(--chart-line)' : 'currentColor';
  return reads(Plot.plot({...options, marks: [
    Plot.rect(points, {x1: 'from', x2: 'to', y1: 'lower', y2: 'upper', fill: 'currentColor', fillOpacity: 0.1}),
    axes, Plot.ruleY([0], {stroke: 'currentColor', strokeOpacity: 0.5}),
    Plot.ruleX(points, {x: 'x', y1: 0, y2: 'value', stroke: tone, strokeWidth: 2}),
    Plot.dot(points, {x: 'x', y: 'value', r: 5, fill: tone}),
    points.filter(p => p.chosen).map(p => Plot.text([p], {x: 'x', y: 'value', text: () => data.words.chosen, dy: p.value < 0 ? 14 : -14, fontWeight: 600, ...halo})),
  ]}), points);
}
