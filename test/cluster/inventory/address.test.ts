import t from 'tap';
import { canonicalAddress } from '../../../cluster/inventory/address.js';

const of = (...hosts: readonly string[]) => [...new Set(hosts.map((host) => canonicalAddress({ host, port: 1 })))];

t.test('each spelling of an address that is known without DNS has the same text', async (t) => {
  t.strictSame(of('localhost', 'LocalHost.', '127.0.0.1', '127.1', '::1', '0:0::0:1', '::ffff:127.0.0.1'), [
    'localhost:1',
  ]);
  t.strictSame(of('0.0.0.0', '::', '0:0:0:0:0:0:0:0'), ['localhost:1'], 'dialled as loopback');
  t.strictSame(of('DB-1.example.com', 'db-1.example.com.'), ['db-1.example.com:1']);
  t.strictSame(of('2001:DB8::a', '2001:db8:0:0:0:0:0:A'), ['[2001:db8::a]:1']);
  t.strictSame(of('192.0.2.1', '::ffff:192.0.2.1', '::FFFF:C000:201'), ['192.0.2.1:1']);
});

t.test('other addresses stay others, and what is no host of a URL keeps its spelling', async (t) => {
  const hosts = ['127.0.0.2', 'localhost.example.com', 'fe80::1%eth0', 'fe80::1%eth1', 'a_b', 'a%b', ''];
  t.equal(of(...hosts).length, hosts.length);
  t.not(canonicalAddress({ host: 'a', port: 1 }), canonicalAddress({ host: 'a', port: 2 }));
});
