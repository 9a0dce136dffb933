-- The views through which orderbak reads the shop: all orders, every file that one names, and lists that cannot be read.
-- A shop with other tables writes these three views with these columns and names the file in [source] views.
-- The last two need not be: orderbak_order_list spares insert the orders whose lists are what they were, orderbak_order_raw
-- spares the plan for trash to have the database open every list.
-- A list is a JSON object or array of strings; whatever else is in it makes the row unreadable, and its order is not touched.
-- CHAR_LENGTH, because a name of nothing but spaces equals '' here. A name of more than 1024 characters is cut by MariaDB and NULL in MySQL.
-- REGEXP, because MariaDB takes an object for valid in which a key begins with a bare line break, and then finds no value in it.
-- CONVERT, because an escape such as \u1ea7 in a column of another character set comes out as '', and its file would be nobody's.

CREATE OR REPLACE VIEW orderbak_order AS
SELECT
  o.id_order,
  o.create_time,
  u.username AS create_by,
  o.status,
  o.done_qc_time AS done_time,
  NULL AS folder
FROM tbl_order o
LEFT JOIN tbl_user u ON u.id_user = o.id_user;

CREATE OR REPLACE VIEW orderbak_order_file AS
SELECT j.id_order, j.id_job, NULL AS id_rework, NULL AS id_discuss, 1 AS file_type,
  CONVERT(j.image USING utf8mb4) AS filename
FROM tbl_job j
WHERE CHAR_LENGTH(j.image) > 0
UNION ALL
SELECT j.id_order, j.id_job, NULL, NULL, 2, list.name
FROM tbl_job j,
  JSON_TABLE(
    CASE WHEN COALESCE(JSON_VALID(CONVERT(j.attach USING utf8mb4)), 0) = 0 OR CONVERT(j.attach USING utf8mb4) REGEXP '[{,][[:space:]]*"[[:cntrl:]]' THEN '[]' WHEN JSON_TYPE(CONVERT(j.attach USING utf8mb4)) = 'OBJECT' THEN JSON_EXTRACT(CONVERT(j.attach USING utf8mb4), '$.*') WHEN JSON_TYPE(CONVERT(j.attach USING utf8mb4)) = 'ARRAY' THEN CONVERT(j.attach USING utf8mb4) ELSE '[]' END,
    '$[*]' COLUMNS (name VARCHAR(1024) CHARACTER SET utf8mb4 PATH '$', raw JSON PATH '$')
  ) list
WHERE JSON_TYPE(list.raw) = 'STRING' AND CHAR_LENGTH(list.name) > 0
UNION ALL
SELECT j.id_order, j.id_job, NULL, NULL, 3, list.name
FROM tbl_job j,
  JSON_TABLE(
    CASE WHEN COALESCE(JSON_VALID(CONVERT(j.file_complete USING utf8mb4)), 0) = 0 OR CONVERT(j.file_complete USING utf8mb4) REGEXP '[{,][[:space:]]*"[[:cntrl:]]' THEN '[]' WHEN JSON_TYPE(CONVERT(j.file_complete USING utf8mb4)) = 'OBJECT' THEN JSON_EXTRACT(CONVERT(j.file_complete USING utf8mb4), '$.*') WHEN JSON_TYPE(CONVERT(j.file_complete USING utf8mb4)) = 'ARRAY' THEN CONVERT(j.file_complete USING utf8mb4) ELSE '[]' END,
    '$[*]' COLUMNS (name VARCHAR(1024) CHARACTER SET utf8mb4 PATH '$', raw JSON PATH '$')
  ) list
WHERE JSON_TYPE(list.raw) = 'STRING' AND CHAR_LENGTH(list.name) > 0
UNION ALL
SELECT r.id_order, r.id_job, r.id_job_rework, NULL, 4, list.name
FROM tbl_job_rework r,
  JSON_TABLE(
    CASE WHEN COALESCE(JSON_VALID(CONVERT(r.attach USING utf8mb4)), 0) = 0 OR CONVERT(r.attach USING utf8mb4) REGEXP '[{,][[:space:]]*"[[:cntrl:]]' THEN '[]' WHEN JSON_TYPE(CONVERT(r.attach USING utf8mb4)) = 'OBJECT' THEN JSON_EXTRACT(CONVERT(r.attach USING utf8mb4), '$.*') WHEN JSON_TYPE(CONVERT(r.attach USING utf8mb4)) = 'ARRAY' THEN CONVERT(r.attach USING utf8mb4) ELSE '[]' END,
    '$[*]' COLUMNS (name VARCHAR(1024) CHARACTER SET utf8mb4 PATH '$', raw JSON PATH '$')
  ) list
WHERE JSON_TYPE(list.raw) = 'STRING' AND CHAR_LENGTH(list.name) > 0
UNION ALL
SELECT r.id_order, r.id_job, r.id_job_rework, NULL, 3, list.name
FROM tbl_job_rework r,
  JSON_TABLE(
    CASE WHEN COALESCE(JSON_VALID(CONVERT(r.file_complete USING utf8mb4)), 0) = 0 OR CONVERT(r.file_complete USING utf8mb4) REGEXP '[{,][[:space:]]*"[[:cntrl:]]' THEN '[]' WHEN JSON_TYPE(CONVERT(r.file_complete USING utf8mb4)) = 'OBJECT' THEN JSON_EXTRACT(CONVERT(r.file_complete USING utf8mb4), '$.*') WHEN JSON_TYPE(CONVERT(r.file_complete USING utf8mb4)) = 'ARRAY' THEN CONVERT(r.file_complete USING utf8mb4) ELSE '[]' END,
    '$[*]' COLUMNS (name VARCHAR(1024) CHARACTER SET utf8mb4 PATH '$', raw JSON PATH '$')
  ) list
WHERE JSON_TYPE(list.raw) = 'STRING' AND CHAR_LENGTH(list.name) > 0
UNION ALL
SELECT d.id_order, NULL, NULL, d.id_discuss, 5, list.name
FROM tbl_order_discuss d,
  JSON_TABLE(
    CASE WHEN COALESCE(JSON_VALID(CONVERT(d.file USING utf8mb4)), 0) = 0 OR CONVERT(d.file USING utf8mb4) REGEXP '[{,][[:space:]]*"[[:cntrl:]]' THEN '[]' WHEN JSON_TYPE(CONVERT(d.file USING utf8mb4)) = 'OBJECT' THEN JSON_EXTRACT(CONVERT(d.file USING utf8mb4), '$.*') WHEN JSON_TYPE(CONVERT(d.file USING utf8mb4)) = 'ARRAY' THEN CONVERT(d.file USING utf8mb4) ELSE '[]' END,
    '$[*]' COLUMNS (name VARCHAR(1024) CHARACTER SET utf8mb4 PATH '$', raw JSON PATH '$')
  ) list
WHERE JSON_TYPE(list.raw) = 'STRING' AND CHAR_LENGTH(list.name) > 0;

CREATE OR REPLACE VIEW orderbak_unreadable AS
SELECT j.id_order, 'tbl_job.attach' AS origin, j.id_job AS origin_id
FROM tbl_job j
WHERE TRIM(j.attach) <> ''
  AND CASE
    WHEN JSON_VALID(CONVERT(j.attach USING utf8mb4)) = 0 OR CONVERT(j.attach USING utf8mb4) REGEXP '[{,][[:space:]]*"[[:cntrl:]]' THEN TRUE
    WHEN JSON_TYPE(CONVERT(j.attach USING utf8mb4)) NOT IN ('OBJECT', 'ARRAY') THEN TRUE
    ELSE EXISTS (
      SELECT 1
      FROM JSON_TABLE(
        CASE WHEN COALESCE(JSON_VALID(CONVERT(j.attach USING utf8mb4)), 0) = 0 OR CONVERT(j.attach USING utf8mb4) REGEXP '[{,][[:space:]]*"[[:cntrl:]]' THEN '[]' WHEN JSON_TYPE(CONVERT(j.attach USING utf8mb4)) = 'OBJECT' THEN JSON_EXTRACT(CONVERT(j.attach USING utf8mb4), '$.*') WHEN JSON_TYPE(CONVERT(j.attach USING utf8mb4)) = 'ARRAY' THEN CONVERT(j.attach USING utf8mb4) ELSE '[]' END,
        '$[*]' COLUMNS (name VARCHAR(1024) CHARACTER SET utf8mb4 PATH '$', raw JSON PATH '$')
      ) list
      WHERE JSON_TYPE(list.raw) <> 'STRING' OR COALESCE(CHAR_LENGTH(list.name), 1024) >= 1024
    )
  END
UNION ALL
SELECT j.id_order, 'tbl_job.file_complete' AS origin, j.id_job AS origin_id
FROM tbl_job j
WHERE TRIM(j.file_complete) <> ''
  AND CASE
    WHEN JSON_VALID(CONVERT(j.file_complete USING utf8mb4)) = 0 OR CONVERT(j.file_complete USING utf8mb4) REGEXP '[{,][[:space:]]*"[[:cntrl:]]' THEN TRUE
    WHEN JSON_TYPE(CONVERT(j.file_complete USING utf8mb4)) NOT IN ('OBJECT', 'ARRAY') THEN TRUE
    ELSE EXISTS (
      SELECT 1
      FROM JSON_TABLE(
        CASE WHEN COALESCE(JSON_VALID(CONVERT(j.file_complete USING utf8mb4)), 0) = 0 OR CONVERT(j.file_complete USING utf8mb4) REGEXP '[{,][[:space:]]*"[[:cntrl:]]' THEN '[]' WHEN JSON_TYPE(CONVERT(j.file_complete USING utf8mb4)) = 'OBJECT' THEN JSON_EXTRACT(CONVERT(j.file_complete USING utf8mb4), '$.*') WHEN JSON_TYPE(CONVERT(j.file_complete USING utf8mb4)) = 'ARRAY' THEN CONVERT(j.file_complete USING utf8mb4) ELSE '[]' END,
        '$[*]' COLUMNS (name VARCHAR(1024) CHARACTER SET utf8mb4 PATH '$', raw JSON PATH '$')
      ) list
      WHERE JSON_TYPE(list.raw) <> 'STRING' OR COALESCE(CHAR_LENGTH(list.name), 1024) >= 1024
    )
  END
UNION ALL
SELECT r.id_order, 'tbl_job_rework.attach' AS origin, r.id_job_rework AS origin_id
FROM tbl_job_rework r
WHERE TRIM(r.attach) <> ''
  AND CASE
    WHEN JSON_VALID(CONVERT(r.attach USING utf8mb4)) = 0 OR CONVERT(r.attach USING utf8mb4) REGEXP '[{,][[:space:]]*"[[:cntrl:]]' THEN TRUE
    WHEN JSON_TYPE(CONVERT(r.attach USING utf8mb4)) NOT IN ('OBJECT', 'ARRAY') THEN TRUE
    ELSE EXISTS (
      SELECT 1
      FROM JSON_TABLE(
        CASE WHEN COALESCE(JSON_VALID(CONVERT(r.attach USING utf8mb4)), 0) = 0 OR CONVERT(r.attach USING utf8mb4) REGEXP '[{,][[:space:]]*"[[:cntrl:]]' THEN '[]' WHEN JSON_TYPE(CONVERT(r.attach USING utf8mb4)) = 'OBJECT' THEN JSON_EXTRACT(CONVERT(r.attach USING utf8mb4), '$.*') WHEN JSON_TYPE(CONVERT(r.attach USING utf8mb4)) = 'ARRAY' THEN CONVERT(r.attach USING utf8mb4) ELSE '[]' END,
        '$[*]' COLUMNS (name VARCHAR(1024) CHARACTER SET utf8mb4 PATH '$', raw JSON PATH '$')
      ) list
      WHERE JSON_TYPE(list.raw) <> 'STRING' OR COALESCE(CHAR_LENGTH(list.name), 1024) >= 1024
    )
  END
UNION ALL
SELECT r.id_order, 'tbl_job_rework.file_complete' AS origin, r.id_job_rework AS origin_id
FROM tbl_job_rework r
WHERE TRIM(r.file_complete) <> ''
  AND CASE
    WHEN JSON_VALID(CONVERT(r.file_complete USING utf8mb4)) = 0 OR CONVERT(r.file_complete USING utf8mb4) REGEXP '[{,][[:space:]]*"[[:cntrl:]]' THEN TRUE
    WHEN JSON_TYPE(CONVERT(r.file_complete USING utf8mb4)) NOT IN ('OBJECT', 'ARRAY') THEN TRUE
    ELSE EXISTS (
      SELECT 1
      FROM JSON_TABLE(
        CASE WHEN COALESCE(JSON_VALID(CONVERT(r.file_complete USING utf8mb4)), 0) = 0 OR CONVERT(r.file_complete USING utf8mb4) REGEXP '[{,][[:space:]]*"[[:cntrl:]]' THEN '[]' WHEN JSON_TYPE(CONVERT(r.file_complete USING utf8mb4)) = 'OBJECT' THEN JSON_EXTRACT(CONVERT(r.file_complete USING utf8mb4), '$.*') WHEN JSON_TYPE(CONVERT(r.file_complete USING utf8mb4)) = 'ARRAY' THEN CONVERT(r.file_complete USING utf8mb4) ELSE '[]' END,
        '$[*]' COLUMNS (name VARCHAR(1024) CHARACTER SET utf8mb4 PATH '$', raw JSON PATH '$')
      ) list
      WHERE JSON_TYPE(list.raw) <> 'STRING' OR COALESCE(CHAR_LENGTH(list.name), 1024) >= 1024
    )
  END
UNION ALL
SELECT d.id_order, 'tbl_order_discuss.file' AS origin, d.id_discuss AS origin_id
FROM tbl_order_discuss d
WHERE TRIM(d.file) <> ''
  AND CASE
    WHEN JSON_VALID(CONVERT(d.file USING utf8mb4)) = 0 OR CONVERT(d.file USING utf8mb4) REGEXP '[{,][[:space:]]*"[[:cntrl:]]' THEN TRUE
    WHEN JSON_TYPE(CONVERT(d.file USING utf8mb4)) NOT IN ('OBJECT', 'ARRAY') THEN TRUE
    ELSE EXISTS (
      SELECT 1
      FROM JSON_TABLE(
        CASE WHEN COALESCE(JSON_VALID(CONVERT(d.file USING utf8mb4)), 0) = 0 OR CONVERT(d.file USING utf8mb4) REGEXP '[{,][[:space:]]*"[[:cntrl:]]' THEN '[]' WHEN JSON_TYPE(CONVERT(d.file USING utf8mb4)) = 'OBJECT' THEN JSON_EXTRACT(CONVERT(d.file USING utf8mb4), '$.*') WHEN JSON_TYPE(CONVERT(d.file USING utf8mb4)) = 'ARRAY' THEN CONVERT(d.file USING utf8mb4) ELSE '[]' END,
        '$[*]' COLUMNS (name VARCHAR(1024) CHARACTER SET utf8mb4 PATH '$', raw JSON PATH '$')
      ) list
      WHERE JSON_TYPE(list.raw) <> 'STRING' OR COALESCE(CHAR_LENGTH(list.name), 1024) >= 1024
    )
  END;

-- One row a row of the shop that orderbak_order_file reads: 32 bits that change with whatever is in it.
-- Each list by its own CRC32: putting the texts together first takes twice as long.
CREATE OR REPLACE VIEW orderbak_order_list AS
SELECT j.id_order, CRC32(CONCAT_WS(',', 'job', j.id_order, j.id_job,
  COALESCE(CRC32(j.image), '-'), COALESCE(CRC32(j.attach), '-'), COALESCE(CRC32(j.file_complete), '-'))) AS fingerprint
FROM tbl_job j
UNION ALL
SELECT r.id_order, CRC32(CONCAT_WS(',', 'rework', r.id_order, r.id_job, r.id_job_rework,
  COALESCE(CRC32(r.attach), '-'), COALESCE(CRC32(r.file_complete), '-')))
FROM tbl_job_rework r
UNION ALL
SELECT d.id_order, CRC32(CONCAT_WS(',', 'discuss', d.id_order, d.id_discuss, COALESCE(CRC32(d.file), '-')))
FROM tbl_order_discuss d;

-- One row a row of the shop that orderbak_order_file reads: the name of its main file, and its other lists as they are.
CREATE OR REPLACE VIEW orderbak_order_raw AS
SELECT j.id_order, CONVERT(j.image USING utf8mb4) AS main, CONVERT(j.attach USING utf8mb4) AS ref,
  CONVERT(j.file_complete USING utf8mb4) AS complete, NULL AS rework, NULL AS discuss
FROM tbl_job j
UNION ALL
SELECT r.id_order, NULL, NULL, CONVERT(r.file_complete USING utf8mb4), CONVERT(r.attach USING utf8mb4), NULL
FROM tbl_job_rework r
UNION ALL
SELECT d.id_order, NULL, NULL, NULL, NULL, CONVERT(d.file USING utf8mb4)
FROM tbl_order_discuss d;
