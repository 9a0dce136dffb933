import type { Generated, Kysely } from 'kysely';

/** An id of the shop's as the driver gives it: a DECIMAL comes as text, and so does what is declared as text. `idOf` reads it. */
export type RawId = number | string;

/** A text of the shop's as the driver gives it: what is declared as bytes comes as bytes. `textOf` reads it. */
export type RawText = string | Uint8Array;

/** The columns as they are stored. Times of `tbl_bak_order` are text in the shop's zone; `…_ms` are ms since 1970. */
export interface Tables {
  tbl_bak_order: {
    id: Generated<number>;
    id_order: RawId;
    order_create_time: string | null;
    order_create_by: string | null;
    /** As the view gave it when the file was recorded; null = by the template. */
    order_folder: RawText | null;
    id_job: number | null;
    id_rework: number | null;
    id_discuss: number | null;
    filename: string;
    file_type: number;
    bak_date_time: string | null;
    file_size: number | null;
    file_sha256: string | null;
    unlink_time: string | null;
    missing_time: string | null;
    thumb_fault: string | null;
    duplicate: Generated<number>;
  };
  orderbak_order: {
    id_order: RawId;
    create_time: RawText | null;
    create_by: RawText | null;
    status: string | number | null;
    done_time: RawText | null;
    folder: RawText | null;
  };
  orderbak_order_file: {
    id_order: RawId;
    id_job: number | null;
    id_rework: number | null;
    id_discuss: number | null;
    file_type: number;
    filename: RawText;
  };
  orderbak_order_raw: {
    id_order: RawId;
    main: RawText | null;
    ref: RawText | null;
    complete: RawText | null;
    rework: RawText | null;
    discuss: RawText | null;
  };
  orderbak_unreadable: { id_order: RawId; origin: string; origin_id: number | null };
  orderbak_run: {
    id: Generated<number>;
    step: string;
    status: string;
    dry_run: number;
    origin: string;
    host: string;
    pid: number;
    version: string;
    started_ms: number;
    ended_ms: number | null;
    planned: Generated<number>;
    done: Generated<number>;
    skipped: Generated<number>;
    held: Generated<number>;
    failed: Generated<number>;
    bytes: Generated<number>;
    error: string | null;
    parent_id: number | null;
    /** The run that this one goes on for, or whose failures it tries again. */
    resumes_id: number | null;
    user_name: Generated<string>;
    /** What the run was told, as JSON. */
    choices: string | null;
    /** The last word of its process, by the database's clock. */
    heard_ms: number | null;
    wanted: string | null;
    /** Where its process can be told on its own machine to look at `wanted`. */
    doorbell: string | null;
    bytes_planned: Generated<number>;
    /** Bytes a second, lately. */
    rate: Generated<number>;
    left_ms: number | null;
    parts: Generated<number>;
    parts_done: Generated<number>;
    /** The order whose part ended last. */
    last_order: number | null;
    errors: Generated<number>;
    last_error: string | null;
    exit_code: number | null;
  };
  orderbak_run_failure: {
    id: Generated<number>;
    run_id: number;
    item_id: number | null;
    path: string;
    code: string;
    message: string;
    step: Generated<string>;
    id_order: number | null;
    attempts: Generated<number>;
    failed_ms: Generated<number>;
    /** When it went well after all, failed once more, or was no longer anybody's file. */
    settled_ms: number | null;
  };
  orderbak_run_part: {
    run_id: number;
    id_order: number;
    status: string;
    wanted: string | null;
    planned: Generated<number>;
    done: Generated<number>;
    skipped: Generated<number>;
    held: Generated<number>;
    failed: Generated<number>;
  };
  orderbak_lease: {
    name: string;
    token: string | null;
    host: string | null;
    pid: number | null;
    taken_ms: number;
    expires_ms: number;
    fence: number;
  };
  orderbak_deletion: {
    id: Generated<number>;
    run_id: number;
    rule: string;
    folder: string;
    filename: string;
    row_ids: string;
    /** Null for what an earlier version wrote down. */
    order_ids: string | null;
    size: number;
    sha256: string | null;
    thumb: string;
    quarantine: string | null;
    intended_ms: number;
    done_ms: number | null;
    purged_ms: number | null;
  };
  orderbak_restore: {
    deletion_id: number;
    folder: string;
    filename: string;
    begun_ms: number;
    done_ms: number | null;
  };
  orderbak_schedule: {
    entry: string;
    /** '' = for all machines together, else for this host alone. */
    scope: string;
    due_ms: number;
    host: string;
    pid: number;
    begun_ms: number;
    ended_ms: number | null;
    result: string;
    exit_code: number | null;
  };
  orderbak_hold: { host: string; since_ms: number };
  orderbak_seen: { block: number; named: string; recorded: string; seen_ms: number };
  orderbak_setting: { name: string; value: string };
  store_file: {
    id: Generated<number>;
    folder: string;
    filename: string;
    path: string;
    size: number;
    sha256: string;
    server_id: number;
    kept_ms: number;
    marked_ms: number | null;
  };
  store_part: { server_id: number; etag: string | null };
}

export type Engine = 'mysql' | 'sqlite';

/** An open database and the engine that speaks its dialect. */
export interface Database {
  readonly engine: Engine;
  readonly kysely: Kysely<Tables>;
  close(): Promise<void>;
}
