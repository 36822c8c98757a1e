package attempts

func postgres(written string) material {
	return material{
		chosen: []string{
			`SELECT pg_read_file('/etc/passwd') AS score FROM orders`,
			`SELECT pg_sleep(1000) AS score FROM orders`,
			`SELECT set_config('statement_timeout', '0', false) AS score FROM orders`,
			`SELECT pg_notify('x', 'y') AS score FROM orders`,
			`SELECT lo_creat(-1) AS score FROM orders`,
			`SELECT pg_advisory_lock(1) AS score FROM orders`,
			`SELECT query_to_xml('SELECT * FROM secrets', true, true, '') AS score FROM orders`,
			`SELECT pg_terminate_backend(pid) AS score FROM pg_stat_activity`,
			`SELECT rolname AS score FROM pg_roles`,
			`SELECT * FROM information_schema.tables`,
			`SELECT * FROM secrets`,
			`SELECT * FROM orders; COMMIT; DELETE FROM orders`,
			`COPY orders TO PROGRAM 'id'`,
			`DO $$ BEGIN PERFORM 1; END $$`,
			`SET TRANSACTION READ WRITE`,
			`WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone`,
			`SELECT * INTO stolen FROM orders`,
			`SELECT * FROM orders FOR UPDATE`,
			`TABLE secrets`,
			`SELECT (SELECT password FROM secrets LIMIT 1) AS score FROM orders`,
		},
		queries: []string{
			`SELECT * INTO x FROM orders`, `SELECT * FROM orders FOR UPDATE`, `SELECT * FROM orders FOR SHARE`, `SELECT * FROM (SELECT * FROM orders FOR UPDATE) AS t`, `WITH x AS (SELECT * FROM orders FOR UPDATE) SELECT * FROM x`,
			`WITH x AS (DELETE FROM orders RETURNING *) SELECT * FROM x`, `WITH x AS (INSERT INTO orders VALUES (1) RETURNING *) SELECT * FROM x`, `DO $$ BEGIN END $$`, `NOTIFY x`, `LISTEN x`, `LOCK TABLE orders`, `DECLARE c CURSOR FOR SELECT 1`,
			`SET TRANSACTION READ WRITE`, `SHOW ALL`, `DISCARD ALL`, `COPY orders TO PROGRAM 'sh'`, `COPY orders FROM STDIN`,
			`SELECT lo_import('/etc/passwd')`, `SELECT lo_creat(-1)`, `SELECT lo_export(1, '/tmp/x')`, `SELECT pg_read_file('/etc/passwd')`, `SELECT pg_ls_dir('/')`, `SELECT * FROM pg_read_file('x')`, `SELECT pg_notify('a', 'b')`,
			`SELECT pg_advisory_lock(1)`, `SELECT pg_terminate_backend(1)`, `SELECT pg_cancel_backend(1)`, `SELECT pg_catalog.pg_sleep(1)`, `SELECT "pg_sleep"(1)`, `SELECT pg_reload_conf()`, `SELECT dblink('x', 'y')`, `SELECT * FROM dblink('x', 'y') AS t(a int)`,
			`SELECT query_to_xml('SELECT * FROM secrets', true, true, '')`, `SELECT table_to_xml('secrets', true, true, '')`, `SELECT database_to_xml(true, true, '')`, `SELECT cursor_to_xml('c', 1, true, true, '')`, `SELECT ts_stat('SELECT 1')`,
			`SELECT ts_rewrite('a'::tsquery, 'SELECT 1')`, `SELECT xmlelement(name x)`, `SELECT xmlparse(document '<a/>')`, `SELECT 'secrets'::regclass`, `SELECT 'f'::regproc`, `SELECT CAST('x' AS xml)`, `SELECT 'x'::other.type`,
			`SELECT array_fill(1, ARRAY[1000000000])`, `SELECT * FROM ROWS FROM (generate_series(1, 10), pg_ls_dir('/'))`, `SELECT * FROM orders TABLESAMPLE BERNOULLI (1)`, `SELECT a OPERATOR(other.+) b FROM orders`, `SELECT gen_random_uuid()`,
			`SELECT * FROM other_db.public.orders`, `SELECT * FROM public.orders`, `SELECT * FROM pg_temp.orders`, `SELECT clock_timestamp()`, `SELECT version()`, `SELECT txid_current()`, `SELECT pg_backend_pid()`, `SELECT has_table_privilege('x', 'y')`,
			`SELECT * FROM orders ORDER BY a USING OPERATOR(other.<)`, `SELECT a = ANY (SELECT a FROM secrets) FROM orders`, `SELECT ARRAY(SELECT a FROM secrets)`, `SELECT ROW((SELECT a FROM secrets))`,
			`SELECT * FROM JSON_TABLE('[]', '$' COLUMNS (a int))`, `SELECT * FROM XMLTABLE('/a' PASSING '<a/>' COLUMNS a int)`, `SELECT (SELECT secrets FROM secrets).a`,
		},
		relations: []string{
			`secrets`, `public.secrets`, `pg_authid`, `pg_catalog.pg_shadow`, `pg_stat_activity`, `information_schema.tables`,
			`pg_read_file('/etc/passwd')`, `pg_read_binary_file('` + TokenPath + `')`, `pg_ls_dir('/')`, `pg_stat_file('/etc/passwd')`, `dblink('x', 'y')`,
		},
		values: []string{
			`pg_read_file('` + TokenPath + `')`, `pg_sleep(1000)`, `lo_import('/etc/passwd')`, `set_config('statement_timeout', '0', false)`,
			`current_setting('data_directory')`, `query_to_xml('SELECT 1', true, true, '')`, `nextval('s')`, `pg_advisory_lock(1)`, `pg_terminate_backend(1)`,
			`repeat('x', 1000000000)`, `random()`, `version()`, `inet_server_addr()`, `txid_current()`, `(SELECT password FROM secrets)`,
		},
		statements: []string{
			`DELETE FROM orders`, `INSERT INTO orders SELECT * FROM orders`, `UPDATE orders SET score = NULL`, `DROP TABLE orders`, `TRUNCATE orders`, `CREATE TABLE x (a int)`,
			`SELECT * INTO x FROM orders`, `SELECT * FROM orders FOR UPDATE`, `SET TRANSACTION READ WRITE`, `SELECT set_config('transaction_read_only', 'off', false)`,
			`WITH x AS (DELETE FROM orders RETURNING *) SELECT * FROM x`, `SELECT 1; DELETE FROM orders`, `SELECT pg_read_file('/etc/passwd')`,
			`SELECT pg_read_file('` + TokenPath + `')`, `SELECT pg_ls_dir('/')`, `COPY orders TO '` + written + `'`, `COPY orders TO PROGRAM 'sh'`, `COPY orders FROM PROGRAM 'id'`,
			`COPY orders FROM '/etc/passwd'`, `SELECT lo_import('/etc/passwd')`, `SELECT * FROM pg_authid`, `SELECT * FROM pg_hba_file_rules`, `ALTER SYSTEM SET fsync = off`,
		},
	}
}
