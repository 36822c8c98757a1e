// How numbers stand on an axis: in the page's language, in the unit that people read.

const language = document.documentElement.lang || 'en';

// Times are told in the longest of these of which the chart shows two.
const times = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];

// scaleOf a unit for numbers up to size: what one of it is worth, and what stands behind the number.
function scaleOf(unit, size) {
  switch (unit) {
    case 'percent': return [0.01, '\u00a0%'];
    case 'seconds': {
      const [seconds, name] = times.find(([one]) => size >= 2 * one) ?? times.at(-1);
      return [seconds, '\u00a0' + name];
    }
    case '': case 'points': case 'ratio': return [1, ''];
    default: return [1, '\u00a0' + unit];
  }
}

// numberFormat for an axis from low to high: a function from a number in the data's unit to text.
function numberFormat(unit, low, high) {
  const size = Math.max(Math.abs(low), Math.abs(high));
  const [one, name] = scaleOf(unit, size);
  const format = new Intl.NumberFormat(language, {
    numberingSystem: 'latn', maximumFractionDigits: Math.max(0, Math.min(6, 2 - Math.floor(Math.log10((high - low) / one || 1)))),
    notation: size / one >= 1e5 ? 'compact' : 'standard',
  });
  return value => format.format(value / one).replace('-', '\u2212') + name;
}

// axisOf numbers: an axis that holds them all, with about count ticks that are round as people read the unit, and how
// numbers on it are written.
export function axisOf(unit, numbers, count) {
  let [low, high] = d3.extent(numbers.filter(known));
  if (low === high) [low, high] = [low - (Math.abs(low) || 1) / 10, high + (Math.abs(high) || 1) / 10];
  const [one] = scaleOf(unit, Math.max(Math.abs(low), Math.abs(high)));
  const step = d3.tickStep(low / one, high / one, count);
  const first = Math.floor(low / one / step + 1e-9), last = Math.ceil(high / one / step - 1e-9);
  const ticks = d3.range(first, last + 1).map(i => i * step * one);
  const domain = [ticks[0], ticks.at(-1)];
  return {ticks, domain, format: numberFormat(unit, ...domain)};
}

// known tells a number from one that is absent.
export const known = Number.isFinite;
