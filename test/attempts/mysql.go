package attempts

import "strings"

func mysql(written string) material {
	return material{
		spoken: inMySQL,
		chosen: []string{
			`SELECT load_file('/etc/passwd') AS score FROM orders`,
			`SELECT sleep(1000) AS score FROM orders`,
			`SELECT benchmark(1000000000, md5('x')) AS score FROM orders`,
			`SELECT get_lock('x', 1000) AS score FROM orders`,
			`SELECT @x := contact AS score FROM orders`,
			`SELECT @@datadir AS score FROM orders`,
			`SELECT * FROM orders INTO OUTFILE '` + written + `'`,
			`SELECT * FROM orders INTO DUMPFILE '` + written + `'`,
			`SELECT user AS score FROM mysql.user`,
			`SELECT * FROM information_schema.tables`,
			`SELECT * FROM performance_schema.threads`,
			`SELECT * FROM secrets`,
			`SELECT * FROM orders; DELETE FROM orders`,
			`SELECT /*! (SELECT contact FROM secrets) */ AS score FROM orders`,
			`SELECT 1 /*M! , contact FROM secrets -- */ AS score FROM orders`,
			`SELECT stored(1) AS score FROM orders`,
			`SELECT * FROM orders FOR UPDATE`,
			`SELECT * FROM orders PROCEDURE analyse()`,
			`SELECT (SELECT contact FROM secrets LIMIT 1) AS score FROM orders`,
			`DO sleep(1000)`,
		},
		queries: []string{
			// Statements, and SELECTs that are more than reading.
			`SHOW TABLES`, `SHOW VARIABLES`, `DESCRIBE orders`, `EXPLAIN orders`, `HANDLER orders OPEN`, `LOAD DATA INFILE '/etc/passwd' INTO TABLE orders`, `LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE orders`,
			`SET @x = 1`, `SET GLOBAL general_log = 1`, `SET STATEMENT max_statement_time = 0 FOR SELECT 1`, `USE mysql`, `KILL 1`, `FLUSH TABLES`, `LOCK TABLES orders READ`, `PREPARE p FROM 'SELECT 1'`, `EXECUTE IMMEDIATE 'SELECT 1'`, `XA START 'x'`,
			`REPLACE INTO orders VALUES (1)`, `TRUNCATE orders`, `BEGIN NOT ATOMIC SELECT 1; END`, `SIGNAL SQLSTATE '45000'`, `INSTALL PLUGIN x SONAME 'x.so'`,
			`SELECT 1 INTO @x`, `SELECT contact INTO @x FROM orders LIMIT 1`, `SELECT * FROM (SELECT * FROM orders FOR UPDATE) AS t`, `SELECT * FROM orders LOCK IN SHARE MODE`, `SELECT * FROM orders FOR SHARE SKIP LOCKED`,
			`SELECT SQL_CALC_FOUND_ROWS * FROM orders`, `SELECT HIGH_PRIORITY * FROM orders`, `SELECT SQL_BUFFER_RESULT * FROM orders`, `SELECT /*+ MAX_EXECUTION_TIME(0) */ * FROM orders`, `SELECT /*+ SET_VAR(max_execution_time = 0) */ * FROM orders`,
			`SELECT * FROM orders PARTITION (p0)`, `SELECT * FROM orders FOR SYSTEM_TIME ALL`, `SELECT * FROM orders AS OF TIMESTAMP '2026-01-01 00:00:00'`, `SELECT NEXT VALUE FOR s`, `SELECT lastval(s)`, `SELECT nextval(s)`,
			// Comments that the server runs, and ends of comments that it may see elsewhere.
			`SELECT * FROM orders /*! , secrets */`, `SELECT * FROM orders /*!50000 , secrets */`, `SELECT * FROM orders /*M! , secrets */`, `SELECT * FROM orders /*M!100100 , secrets */`, `/*! SELECT * FROM secrets */`,
			`SELECT 1 /*! */ FROM orders`, `SELECT '/*!' FROM orders`, "SELECT 1 --\x01 FROM orders", "SELECT 1\v FROM orders", "SELECT 1\f FROM orders", "SELECT 1 -- \x85\n FROM orders", "SELECT 1 \xc2\xa0 FROM orders \xa0",
			`SELECT * FROM orders # ` + "\n, secrets", `SELECT 1) AS t, secrets # (`, "SELECT 1) AS t -- \n, (SELECT * FROM secrets", `SELECT "a\" FROM secrets`, "SELECT `a\\`, (SELECT 1 FROM secrets) AS `b`",
			// Variables, parameters, and what tells of the session or the server.
			`SELECT @x`, `SELECT @x := 1`, `SELECT @@version`, `SELECT @@global.secure_file_priv`, `SELECT @@session.sql_mode`, `SELECT ?`, `SELECT * FROM orders LIMIT ?`, `SELECT :x`,
			`SELECT user()`, `SELECT current_user()`, `SELECT current_user`, `SELECT session_user()`, `SELECT database()`, `SELECT schema()`, `SELECT version()`, `SELECT connection_id()`, `SELECT last_insert_id()`, `SELECT last_insert_id(9)`, `SELECT found_rows()`, `SELECT row_count()`,
			`SELECT current_role()`, `SELECT name_const('a', 1)`, `SELECT charset('a')`, `SELECT default(score) FROM orders`, `SELECT values(score) FROM orders`,
			// Files, waiting, locks, chance, text that grows, errors that tell.
			`SELECT load_file(0x2f6574632f706173737764)`, `SELECT LOAD_FILE (concat('/etc', '/passwd'))`, `SELECT sleep(5)`, `SELECT SLEEP (5)`, `SELECT benchmark(1, 1)`, `SELECT get_lock('a', 1)`, `SELECT release_lock('a')`, `SELECT release_all_locks()`, `SELECT is_free_lock('a')`,
			`SELECT master_pos_wait('a', 1)`, `SELECT wait_for_executed_gtid_set('a')`, `SELECT master_gtid_wait('a')`, `SELECT rand()`, `SELECT uuid()`, `SELECT uuid_short()`, `SELECT sysdate()`, `SELECT random_bytes(1024)`,
			`SELECT space(1000000000)`, `SELECT format(1, 1000)`, `SELECT export_set(5, 'Y', 'N', 'x', 64)`, `SELECT lpad('x', score, 'y') FROM orders`, `SELECT lpad('x', 100000, 'y')`, `SELECT CAST('a' AS BINARY(1000000000))`, `SELECT json_table('[]', '$')`, `SELECT weight_string('a' AS CHAR(100000))`,
			`SELECT extractvalue('<a/>', concat(0x7e, (SELECT contact FROM secrets)))`, `SELECT updatexml('<a/>', '/a', 'b')`, `SELECT exp(~(SELECT 1 FROM secrets))`, `SELECT sys_exec('id')`, `SELECT sys_eval('id')`, `SELECT sys.ps_thread_id(1)`, `SELECT mysql.lower('x')`,
			`SELECT compress('a')`, `SELECT uncompress('a')`, `SELECT aes_encrypt('a', 'b')`, `SELECT encrypt('a')`, `SELECT password('a')`, `SELECT json_merge('{}', '{}')`, `SELECT st_geomfromtext('a')`, `SELECT match (contact) against ('a') FROM orders`,
			// Tables that are not declared.
			`SELECT * FROM Orders`, `SELECT * FROM ORDERS`, `SELECT * FROM mysql.orders`, `SELECT * FROM other.orders`, `SELECT * FROM sys.session`, "SELECT * FROM `secrets`", "SELECT * FROM `mysql`.`user`", `SELECT * FROM orders STRAIGHT_JOIN secrets`, `SELECT * FROM orders NATURAL JOIN secrets`,
			`SELECT * FROM {oj orders LEFT OUTER JOIN secrets ON true}`, `SELECT * FROM JSON_TABLE('[]', '$[*]' COLUMNS (a int PATH '$')) AS t`, `SELECT score = ANY (SELECT score FROM secrets) FROM orders`, `SELECT score > ALL (SELECT score FROM secrets) FROM orders`,
			`SELECT ROW(1, 2) IN (SELECT contact, score FROM secrets)`, `SELECT group_concat(contact ORDER BY (SELECT 1 FROM secrets)) FROM orders`, `SELECT sum(score) OVER w FROM orders WINDOW w AS (ORDER BY (SELECT 1 FROM secrets))`,
			`SELECT secrets.contact FROM orders, (SELECT * FROM secrets) AS secrets`, `SELECT * FROM dual, secrets`,
		},
		expressions: []string{
			`@x`, `@x := 1`, `@@version`, `?`, `sleep(1)`, `load_file('x')`, `/*! 1 */`, `1 /*M! + sleep(9) */`, `a /*+ x */`, `(SELECT contact FROM secrets)`, `default(a)`, `values(a)`, `user()`, `current_user`, `rand()`, `space(9)`, `stored(1)`, `db.lower('x')`,
			`a INTO @x`, `a INTO OUTFILE 'x'`, `group_concat(a)`, `a COLLATE utf8mb4_bin INTO @x`, `match (a) against ('b')`, `NEXT VALUE FOR s`, "a -- \n, b", "a # \n, b", `a = ANY (SELECT 1)`, `interval(1, (SELECT 1))`,
		},
		relations: []string{
			`secrets`, `mysql.user`, `information_schema.tables`, `performance_schema.threads`, `sys.session`, `other.orders`, `Contacts`,
		},
		values: []string{
			`load_file('` + TokenPath + `')`, `sleep(1000)`, `benchmark(1000000000, 1)`, `get_lock('a', 1000)`, `@x`, `@@datadir`, `user()`, `version()`, `rand()`, `uuid()`, `space(1000000000)`,
			`repeat('x', 1000000000)`, `stored(1)`, `last_insert_id()`, `(SELECT contact FROM secrets)`,
		},
		statements: []string{
			`DELETE FROM orders`, `INSERT INTO orders SELECT * FROM orders`, `UPDATE orders SET score = NULL`, `DROP TABLE orders`, `TRUNCATE orders`, `CREATE TABLE x (a int)`, `CREATE TEMPORARY TABLE x (a int)`, `CREATE TABLE x AS SELECT * FROM orders`,
			`SELECT * FROM orders FOR UPDATE`, `SELECT 1; DELETE FROM orders`, `SELECT * FROM orders INTO OUTFILE '` + written + `'`, `SELECT * FROM orders INTO DUMPFILE '` + written + `'`, `ALTER TABLE orders ADD x int`, `RENAME TABLE orders TO x`,
			`LOAD DATA INFILE '/etc/passwd' INTO TABLE orders`, `LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE orders`, `SET GLOBAL general_log = 1`, `CREATE USER x`, `GRANT ALL ON *.* TO x`, `SELECT * FROM mysql.user`, `LOCK TABLES orders WRITE`,
			`REPLACE INTO orders SELECT * FROM orders`, `CREATE VIEW x AS SELECT 1`, `CREATE FUNCTION x() RETURNS int RETURN 1`, `INSTALL PLUGIN x SONAME 'x.so'`,
		},
	}
}

// inMySQL turns a place into MySQL's SQL; empty if it has none such. Names of tables differ by case there.
func inMySQL(place string) string {
	for _, foreign := range []string{"FILTER", "DISTINCT ON", "LATERAL", "OFFSET", "LIMIT (", "VALUES", "WITH x AS (WITH"} {
		if strings.Contains(place, foreign) {
			return ""
		}
	}
	return strings.ReplaceAll(place, " AS text)", " AS char)")
}
