// results.json as a picture: each goal's share of its limit.

const [WIDTH, LABEL, ROW, SCALE] = [860, 470, 24, 300];
const escape = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);
const short = (what) => {
  const plain = what.replaceAll('`', '');
  return plain.length > 78 ? `${plain.slice(0, 77)}…` : plain;
};

/** Bars end left of the line where a goal is met; what is far beyond is cut at twice the limit. */
export function chart({ goals, machine, date, version }) {
  const shown = goals.filter(({ limit }) => limit > 0);
  const line = LABEL + SCALE / 2;
  const height = 58 + shown.length * ROW;
  const bars = shown.map(({ what, label = what, value, limit, atMost, met }, at) => {
    const share = atMost ? value.median / limit : limit / value.median;
    const y = 42 + at * ROW;
    const width = Math.max(2, (Math.min(share, 2) * SCALE) / 2).toFixed(1);
    return [
      `<text x="${LABEL - 8}" y="${y + 13}" text-anchor="end">${escape(short(label))}</text>`,
      `<rect x="${LABEL}" y="${y + 3}" width="${width}" height="${ROW - 10}" rx="2" fill="${met ? '#2da44e' : '#cf222e'}"/>`,
      `<text x="${LABEL + SCALE + 8}" y="${y + 13}">${value.median >= 100 ? value.median.toFixed(0) : value.median.toPrecision(2)} of ${limit}</text>`,
    ].join('\n');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="11" fill="#7d8590">
<title>What was measured, as a share of each goal's limit</title>
<text x="8" y="18" font-size="13">Shorter is better; a bar that ends left of the line meets its goal</text>
<text x="${line}" y="36" text-anchor="middle">goal</text>
${bars.join('\n')}
<line x1="${line}" y1="40" x2="${line}" y2="${height - 16}" stroke="#7d8590" stroke-dasharray="3 3"/>
<text x="8" y="${height - 4}">openclaw-prepair ${escape(version)}, ${escape(date)}, ${escape(machine)}</text>
</svg>
`;
}
