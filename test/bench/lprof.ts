import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { PROGRAM } from '../support/run.js';
import { run } from './measure.js';
import { Place } from './place.js';
import { usageOf } from './service.js';
import { Shop } from './shop.js';
const [orders = '40000', rounds = '3', prof = ''] = process.argv.slice(2);
const place = Place.open('/dev/shm/listprof');
try {
  const shop = await Shop.create(place, { orders: Number(orders), jobs: 2 });
  const go = (name: string, argv: string[]) => {
    const b = shop.services.map((s) => usageOf(s, true).cpu);
    const t = performance.now();
    const res = spawnSync('sh', ['-c', `exec /usr/bin/time -q -o /tmp/lp.time -f '%U %S %M' "$@" > ${shop.folder}/listed`, 'sh', ...argv], { cwd: shop.folder, env: { PATH: process.env.PATH, HOME: '/tmp', ...shop.settings }, encoding: 'utf8' });
    const wall = (performance.now() - t) / 1000;
    if (res.status !== 0) console.log(res.status, res.stderr.slice(0, 500));
    const a = shop.services.map((s) => usageOf(s).cpu);
    const [u = 0, s = 0, m = 0] = readFileSync('/tmp/lp.time', 'utf8').trim().split(' ').map(Number);
    console.log(`${name}: wall ${wall.toFixed(2)} own ${u}+${s} ${(m / 1024).toFixed(0)}MB db ${((a[0] ?? 0) - (b[0] ?? 0)).toFixed(2)}`);
  };
  const ins = () => go('insert', [process.execPath, PROGRAM, 'insert', '--quiet']);
  ins();
  const FOLDER = `CONCAT(UNIX_TIMESTAMP(order_create_time), '@', order_create_by)`;
  const TYPE = `ELT(file_type, 'main', 'ref', 'complete', 'rework')`;
  const W = `FROM tbl_bak_order WHERE bak_date_time IS NULL AND unlink_time IS NULL AND file_type < 5 ORDER BY id`;
  const AS_JSON = `SELECT JSON_OBJECT('id', id, 'id_order', id_order, 'folder', ${FOLDER}, 'filename', filename, 'file_type', ${TYPE}, 'size', file_size) ${W}`;
  for (let r = 0; r < Number(rounds); r++) {
    go('list', [process.execPath, ...(prof ? ['--cpu-prof', '--cpu-prof-dir=' + prof] : []), PROGRAM, 'list', '--format', 'ndjson']);
    go('json', shop.mariadb('--quick', '-N', '-r', '-e', AS_JSON).argv as string[]);
  }
  await shop.close();
} finally { await place.close(false); }
