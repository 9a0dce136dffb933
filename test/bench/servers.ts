import { mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import path from 'node:path';
import { freePort } from '../support/ports.js';
import { answersHttp, type Serving, serve } from './serving.js';
import type { Shop } from './shop.js';

/** A server and where it answers. */
export interface Address extends Serving {
  readonly url: string;
}

const HOST = '127.0.0.1';

/** `orderbak serve` of a shop. */
export async function serveOrderbak(shop: Shop): Promise<Address> {
  const port = await freePort();
  const url = `http://${HOST}:${port}`;
  const { argv } = shop.orderbak('serve', '--quiet');
  const env = { ...shop.settings, ORDERBAK_SERVER_LISTEN: `${HOST}:${port}` };
  return { url, ...(await serve(argv, env, () => answersHttp(`${url}/healthz`))) };
}

/** nginx as Debian sets it up, with the files of a folder and their names. */
export async function serveNginx(nginx: string, folder: string, files: string): Promise<Address> {
  const port = await freePort();
  const url = `http://${HOST}:${port}`;
  mkdirSync(folder, { recursive: true });
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const config = `
    user root; worker_processes auto; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
    events { worker_connections 768; }
    http {
      sendfile on; tcp_nopush on; access_log off; types { image/jpeg jpg; }
      ${kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
      server { listen ${HOST}:${port}; root ${files}; autoindex on; }
    }`;
  writeFileSync(path.join(folder, 'nginx.conf'), config);
  const argv = [nginx, '-e', `${folder}/error.log`, '-c', `${folder}/nginx.conf`];
  return { url, ...(await serve(argv, {}, () => answersHttp(url))) };
}

/** rsync's daemon with the files of a folder as its module "files". */
export async function serveRsync(rsync: string, folder: string, files: string): Promise<Address> {
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  const config = path.join(folder, 'rsyncd.conf');
  writeFileSync(config, `use chroot = no\nuid = 0\ngid = 0\n[files]\npath = ${files}\nread only = yes\n`);
  const argv = [
    rsync,
    '--daemon',
    '--no-detach',
    `--config=${config}`,
    `--address=${HOST}`,
    `--port=${port}`,
  ];
  return { url: `rsync://${HOST}:${port}/files/`, ...(await serve(argv, {}, () => answers(port))) };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: HOST, port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
