-- The three views through which orderbak reads the shop: all orders, every file that one names, and lists that cannot be read.
-- A shop with other tables writes three views with these columns and names the file in [source] views.
-- A list is a JSON object or array of strings; whatever else is in it makes the row unreadable, and its order is not touched.
-- GLOB reads half a character, which JSON can write and no file's name has, as U+FFFD.

CREATE VIEW orderbak_order AS
SELECT
  o.id_order,
  o.create_time,
  u.username AS create_by,
  o.status,
  o.done_qc_time AS done_time,
  NULL AS folder
FROM tbl_order o
LEFT JOIN tbl_user u ON u.id_user = o.id_user;

CREATE VIEW orderbak_order_file AS
SELECT j.id_order, j.id_job, NULL AS id_rework, NULL AS id_discuss, 1 AS file_type, j.image AS filename
FROM tbl_job j
WHERE j.image <> ''
UNION ALL
SELECT j.id_order, j.id_job, NULL, NULL, 2, list.value
FROM tbl_job j, json_each(CASE WHEN json_valid(j.attach) AND json_type(j.attach) IN ('object', 'array') THEN j.attach ELSE '[]' END) list
WHERE list.type = 'text' AND list.value <> ''
UNION ALL
SELECT j.id_order, j.id_job, NULL, NULL, 3, list.value
FROM tbl_job j, json_each(CASE WHEN json_valid(j.file_complete) AND json_type(j.file_complete) IN ('object', 'array') THEN j.file_complete ELSE '[]' END) list
WHERE list.type = 'text' AND list.value <> ''
UNION ALL
SELECT r.id_order, r.id_job, r.id_job_rework, NULL, 4, list.value
FROM tbl_job_rework r, json_each(CASE WHEN json_valid(r.attach) AND json_type(r.attach) IN ('object', 'array') THEN r.attach ELSE '[]' END) list
WHERE list.type = 'text' AND list.value <> ''
UNION ALL
SELECT r.id_order, r.id_job, r.id_job_rework, NULL, 3, list.value
FROM tbl_job_rework r, json_each(CASE WHEN json_valid(r.file_complete) AND json_type(r.file_complete) IN ('object', 'array') THEN r.file_complete ELSE '[]' END) list
WHERE list.type = 'text' AND list.value <> ''
UNION ALL
SELECT d.id_order, NULL, NULL, d.id_discuss, 5, list.value
FROM tbl_order_discuss d, json_each(CASE WHEN json_valid(d.file) AND json_type(d.file) IN ('object', 'array') THEN d.file ELSE '[]' END) list
WHERE list.type = 'text' AND list.value <> '';

CREATE VIEW orderbak_unreadable AS
SELECT j.id_order, 'tbl_job.attach' AS origin, j.id_job AS origin_id
FROM tbl_job j
WHERE TRIM(j.attach) <> ''
  AND CASE
    WHEN NOT json_valid(j.attach) THEN TRUE
    WHEN json_type(j.attach) NOT IN ('object', 'array') THEN TRUE
    ELSE EXISTS (SELECT 1 FROM json_each(j.attach) list
      WHERE list.type <> 'text' OR REPLACE(list.value, char(65533), '') GLOB '*' || char(65533) || '*')
  END
UNION ALL
SELECT j.id_order, 'tbl_job.file_complete' AS origin, j.id_job AS origin_id
FROM tbl_job j
WHERE TRIM(j.file_complete) <> ''
  AND CASE
    WHEN NOT json_valid(j.file_complete) THEN TRUE
    WHEN json_type(j.file_complete) NOT IN ('object', 'array') THEN TRUE
    ELSE EXISTS (SELECT 1 FROM json_each(j.file_complete) list
      WHERE list.type <> 'text' OR REPLACE(list.value, char(65533), '') GLOB '*' || char(65533) || '*')
  END
UNION ALL
SELECT r.id_order, 'tbl_job_rework.attach' AS origin, r.id_job_rework AS origin_id
FROM tbl_job_rework r
WHERE TRIM(r.attach) <> ''
  AND CASE
    WHEN NOT json_valid(r.attach) THEN TRUE
    WHEN json_type(r.attach) NOT IN ('object', 'array') THEN TRUE
    ELSE EXISTS (SELECT 1 FROM json_each(r.attach) list
      WHERE list.type <> 'text' OR REPLACE(list.value, char(65533), '') GLOB '*' || char(65533) || '*')
  END
UNION ALL
SELECT r.id_order, 'tbl_job_rework.file_complete' AS origin, r.id_job_rework AS origin_id
FROM tbl_job_rework r
WHERE TRIM(r.file_complete) <> ''
  AND CASE
    WHEN NOT json_valid(r.file_complete) THEN TRUE
    WHEN json_type(r.file_complete) NOT IN ('object', 'array') THEN TRUE
    ELSE EXISTS (SELECT 1 FROM json_each(r.file_complete) list
      WHERE list.type <> 'text' OR REPLACE(list.value, char(65533), '') GLOB '*' || char(65533) || '*')
  END
UNION ALL
SELECT d.id_order, 'tbl_order_discuss.file' AS origin, d.id_discuss AS origin_id
FROM tbl_order_discuss d
WHERE TRIM(d.file) <> ''
  AND CASE
    WHEN NOT json_valid(d.file) THEN TRUE
    WHEN json_type(d.file) NOT IN ('object', 'array') THEN TRUE
    ELSE EXISTS (SELECT 1 FROM json_each(d.file) list
      WHERE list.type <> 'text' OR REPLACE(list.value, char(65533), '') GLOB '*' || char(65533) || '*')
  END;
