import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import t from 'tap';
import { listen } from '../../../agent/http/listen.js';

t.test('a failed accept is logged and the server goes on; an address in use rejects', async (t) => {
  const lines: string[] = [];
  const logger = pino({}, { write: (line: string) => lines.push(line) });
  const server = createServer((_request, response) => response.end('here'));
  t.teardown(() => server.close());
  await listen(server, { host: '127.0.0.1', port: 0 }, logger);
  server.emit('error', new Error('accept EMFILE'));
  server.emit('error', new Error('accept ENFILE'));
  t.strictSame(
    lines.map((line) => JSON.parse(line).reason),
    ['accept EMFILE', 'accept ENFILE'],
  );
  const { port } = server.address() as AddressInfo;
  t.equal(await (await fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } })).text(), 'here');
  await t.rejects(listen(createServer(), { host: '127.0.0.1', port }, logger), { code: 'EADDRINUSE' });
});
