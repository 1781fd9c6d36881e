// Runs setup() as whoever started this: state dir, home, and the package's folder as arguments.
const [, , stateDir, home, dir = '../../npm/openclaw-prepair'] = process.argv;
const { setup } = require(dir);
try {
  const report = setup({ stateDir, env: { HOME: home }, gatewayVersion: '2026.2.19' });
  console.log(JSON.stringify({ report }));
} catch (error) {
  console.log(JSON.stringify({ error: { ...error, message: error.message } }));
}
