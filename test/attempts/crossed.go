package attempts

import (
	"regexp"
	"strings"
)

// Places where a table may stand: @ is it. Each is a query that runs if @ is an ordinary table.
var relationPlaces = []string{
	`SELECT * FROM @`,
	`SELECT * FROM orders, @ AS x`,
	`SELECT * FROM orders JOIN @ AS x ON true`,
	`SELECT * FROM orders LEFT JOIN LATERAL (SELECT * FROM @) AS x ON true`,
	`SELECT * FROM (SELECT * FROM (SELECT * FROM @) AS a) AS b`,
	`SELECT (SELECT count(*) FROM @)`,
	`SELECT coalesce((SELECT count(*) FROM @), 0) FROM orders`,
	`SELECT CASE WHEN (SELECT count(*) FROM @) > 0 THEN 1 END FROM orders`,
	`SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM @)) FROM orders`,
	`SELECT count(*) OVER (ORDER BY (SELECT count(*) FROM @)) FROM orders`,
	`SELECT DISTINCT ON ((SELECT count(*) FROM @)) 1 FROM orders`,
	`SELECT * FROM orders WHERE EXISTS (SELECT 1 FROM @)`,
	`SELECT * FROM orders WHERE 1 IN (SELECT 1 FROM @)`,
	`SELECT * FROM orders WHERE 1 = ANY (SELECT 1 FROM @)`,
	`SELECT * FROM orders WHERE NOT EXISTS (SELECT 1 FROM contacts WHERE EXISTS (SELECT 1 FROM @))`,
	`SELECT 1 FROM orders GROUP BY (SELECT count(*) FROM @)`,
	`SELECT count(*) FROM orders HAVING (SELECT count(*) FROM @) > 0`,
	`SELECT 1 FROM orders ORDER BY (SELECT count(*) FROM @)`,
	`SELECT 1 FROM orders LIMIT (SELECT count(*) FROM @)`,
	`SELECT 1 FROM orders OFFSET (SELECT count(*) FROM @)`,
	`SELECT 1 UNION ALL SELECT count(*) FROM @`,
	`SELECT 1 INTERSECT SELECT count(*) FROM @`,
	`SELECT 1 EXCEPT (SELECT count(*) FROM @)`,
	`WITH x AS (SELECT * FROM @) SELECT * FROM x`,
	`WITH x AS (WITH y AS (SELECT * FROM @) SELECT * FROM y) SELECT * FROM x`,
	`WITH x AS (SELECT 1), y AS (SELECT * FROM @) SELECT * FROM x`,
	`VALUES ((SELECT count(*) FROM @))`,
}

// Places in a query where a value may stand.
var valuePlaces = []string{
	`SELECT @`,
	`SELECT @ AS score FROM orders`,
	`SELECT lower(CAST(@ AS text)) FROM orders`,
	`SELECT coalesce(@, NULL) FROM orders`,
	`SELECT CASE WHEN @ IS NULL THEN 1 ELSE 2 END FROM orders`,
	`SELECT max(CAST(@ AS text)) FROM orders`,
	`SELECT count(*) FILTER (WHERE @ IS NULL) FROM orders`,
	`SELECT count(*) OVER (PARTITION BY @) FROM orders`,
	`SELECT * FROM orders WHERE @ IS NOT NULL`,
	`SELECT * FROM orders WHERE NOT (1 = 1 OR @ IS NULL)`,
	`SELECT * FROM orders JOIN contacts ON @ IS NOT NULL`,
	`SELECT 1 FROM orders GROUP BY @`,
	`SELECT count(*) FROM orders HAVING @ IS NOT NULL`,
	`SELECT 1 FROM orders ORDER BY @`,
	`SELECT * FROM (SELECT @) AS x`,
	`SELECT (SELECT @)`,
	`WITH x AS (SELECT @) SELECT * FROM x`,
	`SELECT 1 WHERE EXISTS (SELECT @)`,
	`VALUES (@)`,
}

// Places in an expression where a value may stand.
var expressionPlaces = []string{
	`@`,
	`(@)`,
	`coalesce(@, NULL)`,
	`lower(CAST(@ AS text))`,
	`CASE WHEN @ IS NULL THEN 1 END`,
	`CASE WHEN score > 1 THEN @ END`,
	`score > 1 AND @ IS NULL`,
	`NOT (@ IS NOT NULL)`,
	`CAST(@ AS text) IN ('a', 'b')`,
	`CAST(@ AS text) LIKE 'a%'`,
	`CAST(@ AS text) || 'a'`,
}

// Places in an expression where a table would stand. None is allowed: an expression reads its own row.
var subqueryPlaces = []string{
	`(SELECT count(*) FROM @)`,
	`EXISTS (SELECT 1 FROM @)`,
	`score IN (SELECT 1 FROM @)`,
	`score + (SELECT count(*) FROM @)`,
	`CASE WHEN EXISTS (SELECT 1 FROM @) THEN 1 END`,
	`score FROM @`,
	`score) FROM @ --`,
}

// disguises that change nothing of what a query means.
var disguises = []func(sql string) string{
	func(sql string) string { return sql },
	strings.ToUpper,
	func(sql string) string { return strings.ReplaceAll(sql, " ", "/**/") },
	func(sql string) string { return strings.ReplaceAll(sql, " ", "\n\t") },
	func(sql string) string { return "/* harmless */ " + sql + " -- so it says" },
}

// capitals is the disguise that writes names in other letters.
const capitals = 1

// name at the beginning of a table or a call.
var name = regexp.MustCompile(`^[a-z_]+\b`)

// speak turns places into an engine's SQL.
func speak(places []string, spoken func(string) string) []string {
	var out []string
	for _, place := range places {
		if place = spoken(place); place != "" {
			out = append(out, place)
		}
	}
	return out
}

// crossed puts each thing into each place, in each disguise, and once with its name in quotes. Capitals disguise
// only where they are folded.
func crossed(places, things []string, folds bool) []string {
	var out []string
	for _, place := range places {
		for _, thing := range things {
			plain := strings.ReplaceAll(place, "@", thing)
			for i, disguise := range disguises {
				if i == capitals && !folds {
					continue
				}
				out = append(out, disguise(plain))
			}
			if quoted := name.ReplaceAllString(thing, `"$0"`); quoted != thing {
				out = append(out, strings.ReplaceAll(place, "@", quoted))
			}
		}
	}
	return out
}
