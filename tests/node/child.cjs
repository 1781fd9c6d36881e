// Runs setup(), or another operation, as whoever started this: state dir, home, the package's folder and the operation as arguments.
const [, , stateDir, home, dir = '../../npm/openclaw-prepair', operation = 'setup'] = process.argv;
const prepair = require(dir);
try {
  const report = prepair[operation]({ stateDir, env: { HOME: home }, gatewayVersion: '2026.2.19' });
  console.log(JSON.stringify({ report }));
} catch (error) {
  console.log(JSON.stringify({ error: { ...error, message: error.message } }));
}
