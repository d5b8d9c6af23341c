# Tables: what segments can speak of.

tables-about = Your customers and what belongs to them. Files stay where they are and are read when something is asked.
tables-add = Add a table
tables-add-what = A file, or many that look alike. What its columns hold is found out; you look it over in the next step.
tables-empty = No tables yet
tables-empty-what = Begin with the table of your customers: one row for each person, with a column that tells them apart.
tables-name = Name
tables-name-hint = As segments will call it: a letter, then letters, digits, - and _.
tables-path = Where its files are
tables-path-hint = A file, a folder or a pattern such as orders/*.parquet in one of the server's data folders. CSV, Parquet and NDJSON are read. Or the https address of one file, which is fetched again before each refresh.
tables-path-hint-uploads = The name of a file that was uploaded here. Or the https address of one file, which is fetched again before each refresh. To have files read where they are, ask the server's operator for a start with folders of data:
tables-key = Key
tables-key-hint = The column that tells rows apart. A table of customers needs one, and so does one that others belong to.
tables-no-key = None
tables-key-suggested = Suggested, because its value is another one in every row.
tables-key-doubtful = This column does not tell rows apart, and no segment of the table can be refreshed like that. Choose another one, or mend the file. More than one row has:
tables-key-and-files = Key and files
tables-columns = Columns
tables-column = Column
tables-used-by = Used by
tables-unused = Nothing yet
tables-users = { $count ->
    [one] in 1 place
   *[other] in { $count } places
}
tables-user-segment = Segment
tables-user-export = Export
tables-user-table = Table
tables-make-segment = Make a segment of it
tables-give-key = Give your customers a key
tables-give-key-what = The table { $table } has no key yet. Say which of its columns tells customers apart: segments need that.
tables-give-key-do = Choose the key
tables-no-folder = This server has no data folder.
tables-no-folder-what = Tables can only be read from folders that its operator has named, or from an https address. Ask for a start with:
tables-file = Upload a file
tables-file-hint = CSV, Parquet or NDJSON of at most { $most } MB. It is put into the data folder and never replaces another.
tables-file-hint-uploads = CSV, Parquet or NDJSON of at most { $most } MB. The server keeps it and never replaces one by another.
tables-file-done = The file is there.
tables-file-failed = The file was not taken.
tables-continue = Continue
tables-columns-of = Columns of { $name }
tables-columns-what = This is what was found. Say what the columns are to people, so that exports know which is the e-mail address.
tables-edit = Edit { $name }
tables-keep-as-is = Keep as it is
tables-again = Look at the columns anew
tables-again-hint = When the files have got other columns. What was said of those that stay is kept.
tables-kinds-text = Kinds were guessed from all values. Set codes with leading zeros, and phone numbers, to text.
tables-kinds-file = These files say themselves what their columns hold.
tables-kind = Kind
tables-kind-text = Text
tables-kind-number = Number
tables-kind-date = Date
tables-kind-time = Date and time
tables-kind-moment = Date and time with zone
tables-kind-boolean = Yes or no
tables-kind-list-of-text = List of texts
tables-kind-other = Other
tables-meaning = What it is to people
tables-meaning-none = Nothing particular
tables-meaning-email = E-mail address
tables-meaning-first-name = First name
tables-meaning-last-name = Last name
tables-meaning-phone = Phone number
tables-meaning-company = Company
tables-meaning-city = City
tables-meaning-country = Country
tables-meaning-birthday = Birthday
tables-relationships = Relationships
tables-relationships-hint = Many rows of this table belong to one row of another: invoices to a customer, visits to a person.
tables-no-relationships = Its rows belong to no other table.
tables-belonging = Rows of other tables that belong to its rows:
tables-no-targets = No table has a key that rows could refer to.
tables-relationship-column = Column of relationship { $number }
tables-relationship-target = Key that relationship { $number } leads to
tables-choose-column = Choose a column
tables-choose-target = Choose a key
tables-belongs-to = belongs to
tables-conditions = Named conditions
tables-conditions-hint = A condition under a name, such as consent: segments ask for it by that name, and exports can require it of everybody.
tables-declare = Declare a condition
tables-condition-name = Name
tables-condition-text = Condition
tables-condition-text-hint = A group below all or any, in YAML or JSON, as in a segment.
tables-take-back = Take the condition back
tables-take-back-what = Segments can ask for it no longer. While something uses it, it stays.
tables-look = Show rows
tables-check = Check
tables-checked = Check of the table
tables-sound = Nothing is wrong
tables-rows = { $rows ->
    [one] 1 row
   *[other] { $rows } rows
}
tables-lost = Columns are not what they were declared as
tables-breaks-segments = Segments that this breaks:
tables-breaks-exports = Exports that this breaks:
tables-broken = These cannot be used with the table as it is declared now:
tables-without-key = { $rows ->
    [one] 1 row has no key and belongs to nobody.
   *[other] { $rows } rows have no key and belong to nobody.
}
tables-duplicate-keys = Keys that more than one row has:
tables-set-aside = Rows that could not be used
tables-profile = Columns as they are filled
tables-filled = With a value
tables-distinct = Different values
tables-frequent = Most frequent
tables-sample = First rows
tables-done-added = The table is added. Look its columns over.
tables-done-changed = The table is changed.
tables-done-removed = The table is removed. Its files are where they were.
tables-done-declared = The condition is declared.
tables-done-taken-back = The condition is taken back.
tables-remove = Remove { $name }?
tables-remove-unused = Nothing uses this table.
tables-remove-what = Its declaration is removed; its files stay where they are.
tables-remove-used = { $count ->
    [one] This uses the table. Change or remove it first:
   *[other] These { $count } use the table. Change or remove them first:
}
tables-remove-do = Remove the table
