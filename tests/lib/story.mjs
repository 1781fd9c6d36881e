// The user's story: a chat message asks for a joke every 5 minutes; the agent's cron tool must reach the agent's own gateway.
import { request } from 'node:http';
import { fakeModel } from './fake-model.mjs';
import { makeHome, startGateway } from './gateway.mjs';
import { headerProxy } from './header-proxy.mjs';

export const MESSAGE = 'Text me a silly joke every 5 minutes';
export const WALL = 'gateway closed (1008): pairing required';

/**
 * Plays the story on a new home. `behindProxy`: the gateway's own agent comes in through the header-adding proxy.
 * `prepare(home)` runs before the gateway starts, as a setup script does.
 * Resolves to {answer, jobs, wall, results, log, proxied}: `answer` is what the user reads, `jobs` are the stored jobs' names.
 */
export async function playStory({ version, node = 24, behindProxy = false, prepare = () => {} }) {
  const model = await fakeModel();
  const home = await makeHome({
    version,
    config: {
      ...model.config,
      gateway: { http: { endpoints: { chatCompletions: { enabled: true } } } },
      // 2026.9.6 hides its tools behind a search tool.
      ...version >= '2026.9.6' && { tools: { toolSearch: false } },
    },
  });
  const proxy = behindProxy ? await headerProxy(home.port) : undefined;
  let gateway;
  try {
    await prepare(home);
    gateway = await startGateway(home, { node, through: proxy });
    const answer = await chat(home, MESSAGE);
    const jobs = await storedJobs(home);
    return { answer, jobs, wall: answer.includes(WALL), results: model.results(), log: gateway.log(), proxied: proxy?.connections() ?? 0 };
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
      host: '127.0.0.1', port: home.port, path: '/v1/chat/completions', method: 'POST', timeout: 90_000,
      headers: { 'Authorization': `Bearer ${home.token}`, 'Content-Type': 'application/json' },
    }, (res) => {
      let body = '';
      res.on('data', (chunk) => { body += chunk; });
      res.on('end', () => resolve({ status: res.statusCode, body }));
    });
    req.on('timeout', () => req.destroy(new Error('the agent gave no answer within 90 s')));
    req.on('error', reject);
    req.end(JSON.stringify({ model: 'openclaw', messages: [{ role: 'user', content }] }));
  });
  if (status !== 200) throw new Error(`chat completion: HTTP ${status}: ${body}`);
  return JSON.parse(body).choices[0].message.content;
}

/** Names of the stored cron jobs: `cron/jobs.json`, from 2026.8.1 the table `cron_jobs`. */
async function storedJobs(home) {
  return ((await home.read('cron/jobs.json'))?.jobs ?? []).map((job) => job.name);
}
