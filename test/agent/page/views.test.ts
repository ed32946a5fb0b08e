import t from 'tap';
import { endpointPath, instancePath } from '../../../agent/page/parts.js';
import { ask, startAgentServer } from '../../support/agent-server.js';
import { authority, factsOf, names } from '../../support/evidence.js';
import { pageViewOf } from '../../support/page-view.js';

t.test('text from peers reaches no view as markup, terminal escape or invisible character', async (t) => {
  const view = await pageViewOf(t, 2);
  const { url } = await startAgentServer(t, undefined, view);
  const name = view.inventory().instances[1]?.name ?? '';
  for (const path of [
    '/?status=pass',
    '/matrix',
    '/matrix?all=yes',
    '/certificates',
    '/instances',
    instancePath('tikv', name),
    endpointPath('tikv', name, 'grpc'),
    '/changes',
  ]) {
    const text = await (await fetch(url + path)).text();
    t.match(text, /&lt;script&gt;alert\(&#39;x&#39;\)/, `${path} shows it`);
    t.match(text, /\[U\+202E\]\[U\+001B\]\[31m\[U\+000A\]&amp;amp;/, `${path} names unprintable characters`);
    for (const unwanted of ['<script>', '\u202e', '\u001b', 'PRIVATE KEY']) {
      t.notOk(text.includes(unwanted), `${path} has no ${JSON.stringify(unwanted)}`);
    }
    t.equal(text.match(/<script/g)?.length, 1, 'the one script is a file');
    t.notMatch(text, /<[^>]+ (style|on\w+)=/, 'nothing inline');
  }
});

t.test('raw facts of a probe are JSON on lines', async (t) => {
  const view = await pageViewOf(t, 2);
  const { url } = await startAgentServer(t, undefined, view);
  const path = endpointPath('tikv', view.inventory().instances[1]?.name ?? '', 'grpc');
  const text = await (await fetch(url + path)).text();
  t.match(text, /<summary>Raw facts<\/summary><pre tabindex="0">\{\n {2}&quot;\w+&quot;: [^\n]*,\n/);
});

t.test('the client certificate of an instance is shown beside the one it serves', async (t) => {
  const view = await pageViewOf(t, 1);
  const calling = await factsOf(t, await authority.issue({ ...names, commonName: 'calls with this' }));
  const { url } = await startAgentServer(t, undefined, {
    ...view,
    credentials: () => view.credentials().map((entry) => ({ ...entry, calling })),
  });
  const textOf = async (path: string) => await (await fetch(url + path)).text();
  const instance = await textOf(instancePath('tikv', view.inventory().instances[0]?.name ?? ''));
  t.match(instance, /Client certificate and key/);
  t.match(instance, 'CN=calls with this');
  t.match(await textOf('/certificates'), calling.paths.cert ?? '');
});

t.test('a query is shown as text, and unknown words in it match nothing', async (t) => {
  const { url } = await startAgentServer(t, undefined, await pageViewOf(t, 2));
  const text = await (
    await fetch(`${url}/?q=${encodeURIComponent('"><img src=x>')}&component=nope&status=nope`)
  ).text();
  t.match(text, /value="&quot;&gt;&lt;img src=x&gt;"/);
  t.match(text, /No finding matches/);
});

t.test('unknown paths are 404, however odd', async (t) => {
  const { url } = await startAgentServer(t, undefined, await pageViewOf(t, 2));
  for (const path of [
    '/constructor',
    '/__proto__',
    '/matrix/x',
    '/instances/tikv',
    '/instances/tikv/none',
    '/instances/tikv/10.0.0.0:20180/none',
    '/instances/tikv/10.0.0.0:20180/grpc/x',
    '/checks/none',
    '/checks/constructor',
    '/%E0%A4%A',
  ]) {
    t.equal((await ask(url + path)).status, 404, path);
  }
});

t.test('views and their files answer GET and HEAD, and no other method', async (t) => {
  const { url } = await startAgentServer(t);
  const page = await (await fetch(url)).text();
  const files = [...page.matchAll(/(?:href|src)="(\/page\/[^"]+)"/g)].map(([, path]) => path ?? '');
  t.equal(files.length, 3);
  for (const path of ['/', '/matrix', ...files]) {
    t.equal((await ask(url + path, { method: 'HEAD' })).status, 200);
    t.equal((await ask(url + path, { method: 'POST' })).status, 405);
  }
  for (const path of files) {
    t.match((await ask(url + path)).headers, { 'cache-control': /immutable/, 'x-content-type-options': 'nosniff' });
  }
  const { headers } = await ask(url);
  t.equal(headers['cache-control'], 'no-store');
  t.notMatch(headers['content-security-policy'], /unsafe|data:|https?:/);
});
