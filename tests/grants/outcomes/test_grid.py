"""The grids count everybody once, and services never more than there are persons."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grants.outcomes import grid
from grants.outcomes.grid import Table
from grants.typology import AgeBand, Exploitation, Movement, Service, Sex

people = st.lists(st.tuples(st.sampled_from(Sex), st.sampled_from(AgeBand), st.sampled_from(Exploitation), st.sampled_from(Movement),
                            st.sets(st.sampled_from(Service))), max_size=40)  # fmt: skip


def counted(persons) -> dict[grid.Cell, int]:
    """What an honest clerk writes down about these persons."""
    counts: dict[grid.Cell, int] = {}
    for sex, age, exploitation, movement, services in persons:
        services = [(Table.SERVICE, each) for each in services]
        pairs = [(Table.AGE, age), (Table.EXPLOITATION, exploitation), (Table.MOVEMENT, movement), *services]
        for table, category in pairs:
            cell = (table.value, sex.value, category.value)
            counts[cell] = counts.get(cell, 0) + 1
    return counts


@given(people)
def test_what_is_counted_honestly_has_no_problems(persons):
    counts = counted(persons)
    assert grid.problems(counts) == []
    assert grid.persons(counts) == len(persons)


@given(people.filter(bool), st.data())
def test_one_more_person_in_one_table_alone_is_found(persons, data):
    counts = counted(persons)
    table = data.draw(st.sampled_from([Table.AGE, Table.EXPLOITATION, Table.MOVEMENT]))
    cell = data.draw(st.sampled_from(grid.cells(table)))
    counts[cell] = counts.get(cell, 0) + 1
    assert grid.problems(counts)


def test_a_service_for_more_persons_than_there_are_is_found():
    counts = {("age", "female", "18-24"): 2, ("exploitation", "female", "sexual"): 2, ("movement", "female", "internal"): 2}
    counts["service", "female", "legal"] = 3
    assert [problem.message for problem in grid.problems(counts)] == [
        "“Legal aid and compensation” counts 3 for “Women and girls”, more than the 2 persons of the table by age."
    ]


def test_tables_that_disagree_say_where():
    counts = {("age", "male", "12-14"): 5, ("exploitation", "male", "begging"): 4, ("movement", "male", "unknown"): 5}
    problems = grid.problems(counts)
    assert [problem.table for problem in problems] == [Table.EXPLOITATION]
    assert "counts 4 for “Men and boys”" in problems[0].message


def test_each_table_has_a_cell_per_category_and_sex():
    assert len(grid.cells(Table.AGE)) == 8 * 4
    assert len(grid.cells(Table.SERVICE)) == 11 * 4
