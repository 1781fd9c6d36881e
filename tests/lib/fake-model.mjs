// A fake OpenAI-compatible model on loopback: asked for a joke every 5 minutes, it looks at the cron jobs, adds one, and says so.
import { createServer } from 'node:http';

export const JOB = {
  name: 'Silly Joke',
  schedule: { kind: 'every', everyMs: 300_000 },
  sessionTarget: 'isolated',
  payload: { kind: 'agentTurn', message: 'Tell a silly joke.' },
  delivery: { mode: 'none' },
};

const CALLS = [{ action: 'list' }, { action: 'add', job: JOB }];

/** Resolves to {config, results(), stop()}: what `openclaw.json` needs to use it, and what its tool calls gave. */
export async function fakeModel() {
  let results = [];
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk) => { body += chunk; });
    req.on('end', () => {
      const { messages, tools = [], stream } = JSON.parse(body);
      results = messages.filter(({ role }) => role === 'tool').map(({ content }) => text(content));
      // 2026.9.6 calls the tool `automations`.
      const tool = tools.map((entry) => entry.function.name).find((name) => name === 'cron' || name === 'automations');
      const next = tool && CALLS[results.length];
      const delta = next
        ? { role: 'assistant', tool_calls: [{ index: 0, id: `call_${results.length}`, type: 'function', function: { name: tool, arguments: JSON.stringify(next) } }] }
        : { role: 'assistant', content: !tool ? 'I have no cron tool.' : failed(results.at(-1)) ? 'I could not set that up.' : 'Done: a silly joke every 5 minutes.' };
      const base = { id: 'chat', created: 0, model: 'm1' };
      const finish_reason = next ? 'tool_calls' : 'stop';
      const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
      if (!stream) {
        res.setHeader('Content-Type', 'application/json');
        res.end(JSON.stringify({ ...base, object: 'chat.completion', choices: [{ index: 0, message: delta, finish_reason }], usage }));
        return;
      }
      res.setHeader('Content-Type', 'text/event-stream');
      for (const choice of [{ index: 0, delta, finish_reason: null }, { index: 0, delta: {}, finish_reason }]) {
        res.write(`data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', choices: [choice] })}\n\n`);
      }
      res.write(`data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', choices: [], usage })}\n\n`);
      res.end('data: [DONE]\n\n');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const model = {
    id: 'm1', name: 'm1', reasoning: false, input: ['text'],
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }, contextWindow: 128_000, maxTokens: 4096,
  };
  return {
    config: {
      models: { providers: { fake: { baseUrl: `http://127.0.0.1:${server.address().port}/v1`, apiKey: 'x', api: 'openai-completions', models: [model] } } },
      // verboseDefault: without it 2026.4.15 tells its user that the tool failed, but not why.
      agents: { defaults: { model: { primary: 'fake/m1' }, skipBootstrap: true, verboseDefault: 'on' } },
    },
    results: () => results,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function text(content) {
  return typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('');
}

function failed(result) {
  return /"status": *"error"/.test(result);
}
