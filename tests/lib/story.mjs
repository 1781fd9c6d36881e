// The user's story: a chat message asks for a joke every 5 minutes; the agent's cron tool must reach the agent's own gateway.
import { request } from 'node:http';
import { fakeModel } from './fake-model.mjs';
import { makeHome, queryState, startGateway } from './gateway.mjs';
import { headerProxy } from './header-proxy.mjs';
import { isSince } from './versions.mjs';

export const MESSAGE = 'Text me a silly joke every 5 minutes';
// 2026.4.15 compiles its plugins' code in its first turn, about 16 s of one core (its jiti loader), the others take half a second.
const TURN_MS = 240_000;
export const WALL = 'gateway closed (1008): pairing required';

/**
 * Plays the story on a new home. `behindProxy`: the gateway's own agent comes in through the header-adding proxy.
 * `prepare(home)` runs before the gateway starts, as a setup script does.
 * Resolves to {answer, jobs, wall, results, log, proxied}: `answer` is what the user reads, `jobs` are the stored jobs' names,
 * `results` what the agent's tool calls gave, `wall` whether any of it met the wall, `proxied` the connections through the proxy.
 */
export async function playStory({ version, node = 24, behindProxy = false, prepare = () => {} }) {
  const model = await fakeModel();
  const home = await makeHome({
    version,
    config: {
      ...model.config,
      gateway: { http: { endpoints: { chatCompletions: { enabled: true } } } },
      // 2026.9.6 hides its tools behind a search tool.
      ...isSince(version, 9, 6) && { tools: { toolSearch: false } },
    },
  });
  const proxy = behindProxy ? await headerProxy(home.port) : undefined;
  let gateway;
  try {
    await prepare(home);
    gateway = await startGateway(home, { node, through: proxy });
    const answer = await chat(home, MESSAGE);
    const jobs = await storedJobs(home);
    const results = model.results();
    const wall = [answer, ...results].some((text) => text.includes(WALL));
    return { answer, jobs, wall, results, log: gateway.log(), proxied: proxy?.connections() ?? 0 };
  } finally {
    await gateway?.stop();
    await proxy?.stop();
    await model.stop();
    await home.dispose();
  }
}

/** POST /v1/chat/completions: the text of the answer. */
async function chat(home, content) {
  const { status, body } = await new Promise((resolve, reject) => {
    const req = request({
      host: '127.0.0.1', port: home.port, path: '/v1/chat/completions', method: 'POST', timeout: TURN_MS,
      headers: { 'Authorization': `Bearer ${home.token}`, 'Content-Type': 'application/json' },
    }, (res) => {
      let body = '';
      res.on('data', (chunk) => { body += chunk; });
      res.on('end', () => resolve({ status: res.statusCode, body }));
    });
    req.on('timeout', () => req.destroy(new Error(`the agent gave no answer within ${TURN_MS} ms`)));
    req.on('error', reject);
    req.end(JSON.stringify({ model: 'openclaw', messages: [{ role: 'user', content }] }));
  });
  if (status !== 200) throw new Error(`chat completion: HTTP ${status}: ${body}`);
  return JSON.parse(body).choices[0].message.content;
}

/** Names of the cron jobs on disk: `cron/jobs.json`, from 2026.8.1 the table `cron_jobs`, where OpenClaw declares some of its own. */
export async function storedJobs(home) {
  const jobs = isSince(home.version, 8, 0) ? await queryState(home, 'SELECT name FROM cron_jobs WHERE declaration_key IS NULL') : (await home.read('cron/jobs.json'))?.jobs ?? [];
  return jobs.map((job) => job.name);
}
