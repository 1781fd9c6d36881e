// OpenClaw's state database in the page: that of a real gateway, with and without its -wal, and what is none.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { node } from '../lib/cache.mjs';
import { newIdentity } from '../lib/client.mjs';
import { openGateway } from '../lib/gateway.mjs';
import { headerProxy } from '../lib/header-proxy.mjs';
import { onNode24 } from '../lib/node24.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { choose, closeBrowser, drop, file, open, OPENED, rest, ROOT, served, verdict } from './page.mjs';
import { asBrowser } from './symptoms.mjs';

const { EXAMPLES } = createRequire(import.meta.url)('../../npm/explorer/src/examples.js');

onNode24(import.meta.url, () => {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  after(closeBrowser);

  const folder = (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'prepair-page-'));
    t.after(() => rmSync(dir, { recursive: true, force: true }));
    return dir;
  };
  const holds = (page, text) => page.evaluate((wanted) => document.documentElement.outerHTML.includes(wanted), text);

  test(`the database of a real ${NEWEST}: a browser waits, is approved by the command that the page gives, and is in`, async (t) => {
    const { home, gateway } = await openGateway(t, { version: NEWEST, config: { gateway: { trustedProxies: ['127.0.0.1'], controlUi: { allowedOrigins: ['https://claw.example'] } } } });
    const proxy = await headerProxy(home.port, { 'X-Forwarded-For': '203.0.113.9', Host: 'claw.example', Origin: 'https://claw.example' });
    t.after(proxy.stop);
    const identity = newIdentity();
    const tried = () => asBrowser({ url: proxy.url, token: gateway.token, identity });
    assert.equal(await tried(), 1008);
    const bytes = (name) => readFileSync(join(home.stateDir, 'state', name));
    const [database, log] = [bytes('openclaw.sqlite'), bytes('openclaw.sqlite-wal')];
    assert.ok(log.length > 0);

    const { page, requests, problems } = await open(t, OPENED);
    const loaded = requests.length;
    await page.locator('#detail-client').selectOption('control-ui');
    await choose(page, file('x.db', database));
    await page.locator('#verdict', { hasText: 'Its -wal is missing' }).waitFor();
    assert.ok(!(await page.locator('#said').isVisible()), 'no verdict from a part of it');
    await choose(page, file('y', log), file('openclaw.json', readFileSync(home.configPath)));
    await page.locator('#waiting li').waitFor();
    assert.match(await page.locator('#waiting li').innerText(), /openclaw-control-ui on Win32 from 203\.0\.113\.9 asks for role operator, .*device/);
    const { deviceId, private_key_pem: secret } = new DatabaseSync(join(home.stateDir, 'state/openclaw.sqlite'), { readOnly: true }).prepare('SELECT device_id AS deviceId, private_key_pem FROM device_identities').get();
    assert.equal(await holds(page, secret.split('\n')[1]), false);
    assert.ok(deviceId);
    await page.getByRole('button', { name: /^Approve/ }).click();
    const command = await page.locator('#waiting pre').first().innerText();
    assert.match(command, /^npx openclaw-prepair devices approve [0-9a-f-]{36} --gateway-version /);
    await page.locator('#waiting').getByRole('button', { name: 'Show the edited files' }).click();
    await page.locator('#waiting pre.diff').waitFor();
    assert.match(await page.locator('#waiting pre.diff').innerText(), /device_pairing_p(aired|ending)/);
    const argv = command.split(' ').slice(2);
    execFileSync(await node(24), [join(ROOT, 'npm/openclaw-prepair/bin/openclaw-prepair.js'), ...argv], { env: { HOME: home.dir, PATH: '/usr/bin:/bin' } });
    assert.equal(await tried(), 'open');
    assert.deepEqual([requests.slice(loaded), problems], [[], []]);
  });

  /** A database as an example has it, changed by `change(db)`. */
  const made = (t, change = () => {}, { mode = 'DELETE' } = {}) => {
    const path = join(folder(t), 'openclaw.sqlite');
    const { schema, tables, userVersion } = EXAMPLES.browser.given(Date.now()).database;
    const db = new DatabaseSync(path);
    db.exec(`PRAGMA journal_mode = ${mode}; ${schema.join(';')}; PRAGMA user_version = ${userVersion}`);
    for (const [name, rows] of Object.entries(tables)) {
      for (const row of rows) db.prepare(`INSERT INTO ${name} (${Object.keys(row)}) VALUES (${Object.keys(row).map(() => '?')})`).run(...Object.values(row));
    }
    change(db);
    db.close();
    return path;
  };

  test('a database without a log is judged by itself; one in write-ahead mode when the user says that there is no -wal', async (t) => {
    const { page } = await open(t, OPENED);
    await page.locator('#detail-client').selectOption('control-ui');
    await choose(page, file('openclaw.sqlite', readFileSync(made(t))));
    await page.locator('#waiting li').waitFor();
    await page.getByRole('button', { name: 'Clear all' }).click();
    const log = readFileSync(made(t, () => {}, { mode: 'WAL' }));
    await drop(page, 'h1', 'openclaw.sqlite', log);
    await page.locator('#verdict', { hasText: 'Its -wal is missing' }).waitFor();
    await page.getByRole('button', { name: 'There is no -wal beside it' }).click();
    await page.locator('#waiting li').waitFor();
    // an empty one says the same
    await page.getByRole('button', { name: 'Clear all' }).click();
    await choose(page, file('openclaw.sqlite', log), file('openclaw.sqlite-wal', ''));
    await page.locator('#waiting li').waitFor();
  });

  test('a whole state dir, dropped as a folder: what is not in it is not there', async (t) => {
    const dir = join(folder(t), '.openclaw');
    for (const name of ['state', 'devices', 'logs']) mkdirSync(join(dir, name), { recursive: true });
    copyFileSync(made(t, () => {}, { mode: 'WAL' }), join(dir, 'state/openclaw.sqlite'));
    writeFileSync(join(dir, 'openclaw.json'), '{ gateway: { mode: "local" } }');
    writeFileSync(join(dir, 'logs/other.json'), '{ "gateway": {} }');
    const server = await served();
    t.after(server.stop);
    const dropInto = async (url) => {
      const { page, context } = await open(t, url);
      const devtools = await context.newCDPSession(page);
      for (const type of ['dragEnter', 'dragOver', 'drop']) await devtools.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data: { items: [], files: [dir], dragOperationsMask: 1 } });
      return page;
    };
    // Chromium lets no page that was opened as a file look into a folder
    await (await dropInto(OPENED)).locator('#dropped', { hasText: 'Drop the files themselves' }).waitFor();
    const page = await dropInto(server.url);
    await page.locator('#waiting li').waitFor();
    assert.deepEqual(await page.locator('#given li').evaluateAll((items) => items.map((item) => item.dataset.kind)), ['config', 'database']);
  });

  test('tokens of records are not kept', async (t) => {
    const { page } = await open(t, OPENED);
    const token = 'Zm9vYmFyMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY';
    const path = made(t, (db) => db.prepare('INSERT INTO device_pairing_paired (device_id, public_key, role, roles_json, scopes_json, approved_scopes_json, tokens_json, created_at_ms, approved_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, 1, 1)')
      .run('a'.repeat(64), 'b'.repeat(43), 'operator', '["operator"]', '[]', '[]', JSON.stringify({ operator: { token, role: 'operator', scopes: [], createdAtMs: 1 } })));
    await page.evaluate(() => {
      globalThis.kept = [];
      const { decode } = TextDecoder.prototype;
      TextDecoder.prototype.decode = function (...args) { const text = decode.apply(this, args); globalThis.kept.push(text); return text; };
    });
    await choose(page, file('openclaw.sqlite', readFileSync(path)));
    await page.locator('#waiting li').waitFor();
    await page.evaluate(() => { globalThis.kept = []; });
    await page.getByRole('button', { name: /^Approve/ }).click();
    await page.locator('#waiting').getByRole('button', { name: 'Show the edited files' }).click();
    await page.locator('#waiting pre.diff').waitFor();
    assert.ok(!(await page.evaluate(() => globalThis.kept.join('\n'))).includes(token), 'nothing that the page asks its copy gives a token');
  });

  test('broken, cut, newer, foreign, a log of another', async (t) => {
    const { page, problems } = await open(t, OPENED);
    const says = async (text, ...files) => {
      await page.getByRole('button', { name: 'Clear all' }).click();
      await choose(page, ...files);
      await page.locator('#dropped', { hasText: text }).waitFor();
      await rest(page);
      assert.equal(await page.locator('#verdict').innerText(), '', `no verdict: ${text}`);
    };
    const sound = readFileSync(made(t));
    const broken = Buffer.from(sound).fill(0xa5, 4096);
    await says('cannot be read', file('openclaw.sqlite', broken));
    await says('cannot be read', file('openclaw.sqlite', sound.subarray(0, 5000)));
    const foreign = join(folder(t), 'cookies.sqlite');
    const other = new DatabaseSync(foreign);
    other.exec('PRAGMA page_size = 512; PRAGMA journal_mode = WAL; CREATE TABLE cookies (name TEXT); INSERT INTO cookies VALUES (1)');
    copyFileSync(`${foreign}-wal`, `${foreign}.log`);
    other.close();
    await says('no table of OpenClaw', file('cookies.sqlite', readFileSync(foreign)), file('cookies.sqlite-wal', ''));
    const mine = made(t, () => {}, { mode: 'WAL' });
    await says('belongs to another database', file('openclaw.sqlite', readFileSync(mine)), file('openclaw.sqlite-wal', readFileSync(`${foreign}.log`)));
    await says('without its database', file('openclaw.sqlite-wal', readFileSync(`${foreign}.log`)));
    // made by a version that nobody knows: never open
    await page.getByRole('button', { name: 'Clear all' }).click();
    await choose(page, file('openclaw.sqlite', readFileSync(made(t, (db) => db.exec('ALTER TABLE device_pairing_paired DROP COLUMN tokens_json; PRAGMA user_version = 99')))));
    await page.locator('#detail-client').selectOption('control-ui');
    assert.match(await verdict(page), /^(Unknown|Refused|The wall)/);
    assert.deepEqual(problems, []);
  });

  test('200 MB: read in time, or said', async (t) => {
    const path = made(t, (db) => {
      db.exec('CREATE TABLE transcripts (body BLOB)');
      const insert = db.prepare('INSERT INTO transcripts VALUES (zeroblob(10000000))');
      for (let i = 0; i < 20; i += 1) insert.run();
    });
    const { page } = await open(t, OPENED);
    await page.locator('#detail-client').selectOption('control-ui');
    await page.locator('#choose').setInputFiles(path);
    const began = Date.now();
    await page.locator('#waiting li').waitFor({ timeout: 60_000 });
    t.diagnostic(`${Date.now() - began} ms`);
    const large = join(folder(t), 'large.sqlite');
    copyFileSync(path, large);
    writeFileSync(large, Buffer.alloc(60e6), { flag: 'a' });
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.locator('#choose').setInputFiles(large);
    await page.locator('#dropped', { hasText: /takes up to 256\.0 MB/ }).waitFor();
  });
});
