package compute

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/linkage/cohort"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// cohortsOf are the bands of scores that are compared, the best experience last: those that are cut, or else the
// measure's own classes.
func cohortsOf(level plan.CustomerLevel, cpi measure.Spec, score measure.Score) ([]measure.Class, error) {
	if level.High == nil && level.Low == nil {
		classes := measure.ClassesOf(cpi)
		if len(classes) < 2 {
			return nil, errors.New("it makes no classes of its scores: say under cohorts which are high and which low")
		}
		return classes, nil
	}
	if level.High == nil || level.Low == nil {
		return nil, errors.New("cohorts needs both high and low: there are two sides to compare")
	}
	low, high := classOf(*level.Low), classOf(*level.High)
	if low.Max >= high.Min {
		return nil, fmt.Errorf("the cohorts low (%s) and high (%s) overlap or stand the wrong way round", low.Name, high.Name)
	}
	if score.Direction == measure.LowerIsBetter {
		return []measure.Class{high, low}, nil
	}
	return []measure.Class{low, high}, nil
}

// classOf is a cut as a class.
func classOf(cut plan.Cut) measure.Class {
	c := measure.Class{Min: math.Inf(-1), Max: math.Inf(1)}
	var words []string
	if cut.AtLeast != nil {
		c.Min, words = *cut.AtLeast, append(words, "at least "+text(*cut.AtLeast))
	}
	if cut.AtMost != nil {
		c.Max, words = *cut.AtMost, append(words, "at most "+text(*cut.AtMost))
	}
	c.Name = strings.Join(words, " and ")
	return c
}

func text(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// levelOf is the place of a score's cohort, −1 for none.
func levelOf(score *float64, cohorts []measure.Class) int {
	return slices.IndexFunc(cohorts, func(c measure.Class) bool { return score != nil && *score >= c.Min && *score <= c.Max })
}

// maxLevels bounds the values of a covariate that is no number: each but the most frequent is a parameter.
const maxLevels = 20

// describe makes units of cells. What a unit does not tell is a stratum of its own; a category that it does not tell
// is a value too, and a number is unknown.
func (r *customerRows) describe(cells []query.Cell, cohorts []measure.Class, level *plan.CustomerLevel) error {
	r.Strata = attributeNames(level.StratifyBy)
	covariates, err := covariatesOf(cells, attributeNames(level.Covariates))
	if err != nil {
		return err
	}
	names := attributeNames(level.Covariates)
	r.Columns = map[string]string{}
	for _, c := range covariates {
		r.Covariates = append(r.Covariates, c.name)
		r.Columns[c.name] = names[c.column]
	}
	for _, cell := range cells {
		unit := cohort.Unit{Stratum: stratumOf(r.Strata, cell.Strata), Level: levelOf(cell.Score, cohorts), Score: math.NaN(), Outcome: cell.Outcome, N: cell.N}
		if cell.Score != nil {
			unit.Score = *cell.Score
		}
		for _, c := range covariates {
			unit.Covariates = append(unit.Covariates, c.of(cell.Covariates[c.column]))
		}
		r.Units = append(r.Units, unit)
	}
	return nil
}

// attributeNames are the columns; where two datasets name one alike, with the dataset.
func attributeNames(list []plan.Attribute) []string {
	names := make([]string, len(list))
	for i, a := range list {
		names[i] = a.Column
		for k, other := range list {
			if k != i && other.Column == a.Column && a.Dataset != "" {
				names[i] = a.Dataset + "/" + a.Column
			}
		}
	}
	return names
}

// noValue stands for a value that is not known.
const noValue = "(none)"

// stratumOf names a stratum by its values, each stratum by a name of its own.
func stratumOf(names []string, values []*string) string {
	parts := make([]string, len(values))
	for i, v := range values {
		switch {
		case v == nil:
			parts[i] = noValue
		case *v == noValue || *v == "" || strings.ContainsAny(*v, `",=`):
			parts[i] = strconv.Quote(*v)
		default:
			parts[i] = *v
		}
		if len(values) > 1 {
			parts[i] = names[i] + "=" + parts[i]
		}
	}
	return strings.Join(parts, ", ")
}

// covariate is one number of a unit: a column, or whether a column has a value.
type covariate struct {
	name   string
	column int
	// value of a category, nil for a column of numbers.
	value *string
}

// of is the number that a cell's value stands for; NaN if it is not known.
func (c covariate) of(value any) float64 {
	if c.value == nil {
		if v, ok := value.(float64); ok {
			return v
		}
		return math.NaN()
	}
	if category(value) == *c.value {
		return 1
	}
	return 0
}

func category(value any) string {
	if v, ok := value.(string); ok {
		return v
	}
	return noValue
}

// covariatesOf makes numbers of columns. A category is compared with the most frequent one, which needs no number.
func covariatesOf(cells []query.Cell, names []string) ([]covariate, error) {
	var out []covariate
	for i, name := range names {
		counts, categories := map[string]int64{}, false
		for _, cell := range cells {
			_, is := cell.Covariates[i].(string)
			categories = categories || is
			counts[category(cell.Covariates[i])] += cell.N
		}
		if !categories {
			out = append(out, covariate{name: name, column: i})
			continue
		}
		if len(counts) > maxLevels {
			return nil, source.Fail(plan.TooManySegments, nil, "covariate %s has %d values, more than %d: use a column with few values, or a number", name, len(counts), maxLevels)
		}
		values := slices.Sorted(maps.Keys(counts))
		common := slices.MaxFunc(values, func(a, b string) int { return int(counts[a] - counts[b]) })
		for _, v := range values {
			if v != common {
				out = append(out, covariate{name: name + ": " + v, column: i, value: &v})
			}
		}
	}
	return out, nil
}

// unitWaterfall leads from the rows of outcomes to units, and from these to those that are compared; then from the
// responses in reach to those used.
func unitWaterfall(units []cohort.Unit, cells []query.Cell, fates []query.FateRows, responses query.ResponseRows) []plan.Waterstep {
	var all, silent, apart int64
	for i, unit := range units {
		all += unit.N
		switch {
		case cells[i].Score == nil:
			silent += unit.N
		case unit.Level < 0:
			apart += unit.N
		}
	}
	c := &cascade{left: all}
	if fates != nil {
		c = outcomeRows(fates)
		c.drop("duplicates", c.left-all)
		c.left = all
	}
	c.step("units", all)
	c.drop("no-response", silent)
	c.drop("no-cohort", apart)
	c.step("compared", c.left)

	c.prefix, c.left = "responses/", responses.Read
	c.step("read", responses.Read)
	c.drop("rejected/NoEntity", responses.Nobodys)
	c.drop("rejected/Missing", responses.Missing)
	c.drop("rejected/Unreadable", responses.Unreadable)
	c.drop("rejected/OutOfScale", responses.OutOfScale)
	c.step("used", c.left)
	return c.steps
}

// outcomeRows leads from the rows of outcomes in the history to those of units that were decided.
func outcomeRows(fates []query.FateRows) *cascade {
	c := &cascade{}
	dropped := map[string]int64{}
	for _, one := range fates {
		c.left += one.Rows
		switch {
		case one.Nobodys:
			dropped["rejected/NoEntity"] += one.Rows
		case one.Untimed:
			dropped["undated"] += one.Rows
		case one.Kind == measure.FateLeftOut:
			dropped[one.Fate] += one.Rows
		}
	}
	c.step("read", c.left)
	for _, step := range slices.Sorted(maps.Keys(dropped)) {
		c.drop(step, dropped[step])
	}
	return c
}
