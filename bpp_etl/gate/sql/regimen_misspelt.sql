-- One row per line of whose regimen a word is spelt nearly as one that at least $times_commoner times as many lines have.
with regimen as (
    select
        regimen,
        count(*) as line_count
    from core.therapy_lines
    group by regimen
),

-- Letters alone: of words with digits, such as codes of trial arms, another one is another treatment.
spelling as materialized (
    select
        regimen,
        line_count,
        unnest(list_distinct(regexp_split_to_array(lower(regimen), '[^\pL0-9]+'))) as word
    from regimen
),

counted as materialized (
    select
        word,
        left(word, 1) as first_letter,
        length(word) as letters,
        sum(line_count) as line_count
    from spelling
    where length(word) >= $least_letters and not regexp_matches(word, '[0-9]')
    group by word
),

misspelt as (
    select distinct rare.word
    from counted as rare
    join counted as common
        on common.first_letter = rare.first_letter
        and common.line_count >= $times_commoner * rare.line_count
        and abs(common.letters - rare.letters) <= 2
    where damerau_levenshtein(rare.word, common.word)
        <= case when least(rare.letters, common.letters) >= $least_letters_of_two then 2 else 1 end
)

select lines.row_number
from core.therapy_lines as lines
semi join (
    select spelling.regimen
    from spelling
    semi join misspelt on misspelt.word = spelling.word
) as doubtful on doubtful.regimen = lines.regimen
