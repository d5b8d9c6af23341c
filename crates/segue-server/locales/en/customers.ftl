# Customers: who they are, what was sent of them, and forgetting them.

customers-about = What is known of a person, which segments hold them, and what was sent where.
customers-table = Table
customers-search = Key, e-mail address, name or phone number
customers-hint = The whole value, upper and lower case alike. Keys exactly as they are.
customers-key = Key
customers-attributes = What is known
customers-gone = The table has no such person any more. What was sent is known as long as the rows of the runs are kept.
customers-no-segments = There is no segment of this table.
customers-segments-hint = By the latest refresh of each. “Why?” looks at the tables as they are now.
customers-in = Member
customers-not-in = Not a member
customers-never-refreshed = Never refreshed
customers-why = Why?
customers-nobody = Nobody was found
customers-nobody-what = Whole values are compared: look for “anna”, not for “ann”.
customers-open = Open
customers-first = These are the first ten.

customers-sent = What was sent
customers-sent-nowhere = No export sends people of this table, and nobody has pushed this person's address.
customers-export = Export
customers-push = push
customers-list = List
customers-standing = On the list by our doing
customers-standing-listed = On the list
customers-standing-refused = Turned down
customers-standing-left = Taken off
customers-standing-never-sent = Never sent
customers-since = since
customers-no-member = No longer in the export's segments
customers-next-run = Is in the export's segments: the next run looks at this person
customers-last-sent = Last sent
customers-outcome-created = Added to the list
customers-outcome-updated = Updated
customers-outcome-refused = Turned down
customers-outcome-left = Unsubscribed from the list
customers-not-known = Not remembered
customers-said = What ActiveCampaign said
customers-taken = Taken without objection
customers-not-sent = Not sent
customers-more-exports = There are more exports than are shown here.

customers-belongs = What belongs to this person
customers-belongs-nothing = No row of a related table belongs to this person.
customers-no-day = Without a day
customers-more-rows = These are the newest; there are more.
customers-unread = These tables could not be read, so their rows are missing here: { $tables }. Look at them under Tables.

customers-forget = Forget this person…
customers-forget-key = Was this the key of somebody who has already left the table? Forget that person…
customers-was-forgotten = This person was forgotten
customers-was-forgotten-what = Segue keeps nothing of them any more, and leaves them out of every segment and export, whatever the source files hold.
customers-half-forgotten = This person is not forgotten completely
customers-half-forgotten-what = Segue leaves them out of everything already, but was stopped before all of it was erased. Forget them again to bring it to its end.
customers-forget-title = Forget a person
customers-forget-about = Segue takes out everything that it keeps of this person, and never sends them again. This cannot be undone.
customers-forget-who = Who
customers-forget-not-there = The table has no such person (any more). What Segue keeps from earlier is erased all the same; name addresses that this person had and that no run which is kept knows any more, so that they are found in ledgers too.
customers-forget-what = What will happen
customers-forget-addresses = { $count ->
    [0] No e-mail address is known.
    [one] One e-mail address will never be sent again, under whatever key it comes back.
   *[other] { $count } e-mail addresses will never be sent again, under whatever key they come back.
}
customers-forget-segments = { $count ->
    [0] No segment holds this person.
    [one] One segment loses this member:
   *[other] { $count } segments lose this member:
}
customers-forget-ledgers = { $count ->
    [0] No ledger holds this person.
    [one] One ledger of an export is written anew without this person.
   *[other] { $count } ledgers of exports are written anew without this person.
}
customers-forget-rejections = { $count ->
    [0] No row and no example of a run is about this person.
    [one] One row or example of a run is removed: what was sent, or why it was not.
   *[other] { $count } rows and examples of runs are removed: what was sent, and why it was not.
}
customers-forget-from-now-on = From now on this person is left out of every segment, count and export, before anything else. Only keyed hashes of key and addresses are kept for that, which nobody can turn back into them.
customers-forget-lists = Ledgers that hold this person
customers-forget-not-listed = Not on the list by our doing
customers-forget-not = What will not happen
customers-forget-source = The source files are yours: remove this person there too.
customers-forget-contact = The contact itself stays in ActiveCampaign, with its history. Delete it there if it has to go.
customers-forget-out-of-reach = { $count ->
    [one] One list cannot be reached from here, because no connection leads there: unsubscribe this person there.
   *[other] { $count } lists cannot be reached from here, because no connection leads there: unsubscribe this person there.
}
customers-forget-definitions = { $count ->
    [one] One segment names an address of this person in its definition, and has to be changed by hand:
   *[other] { $count } segments name an address of this person in their definitions, and have to be changed by hand:
}
customers-forget-backups = Backups of the state directory and of the database, and files that somebody has downloaded, stay as they are.
customers-forget-now = Forget now
customers-forget-more = Further addresses
customers-forget-more-hint = Addresses that this person had before, one a line. They are looked for in ledgers as well, and never sent again.
customers-forget-look-again = Look again with these
customers-forget-unsubscribe = { $count ->
    [one] Unsubscribe this person from the list first
   *[other] Unsubscribe this person from the { $count } lists first
}
customers-forget-unsubscribe-hint = Only from lists that exports put this person on. If an account cannot be reached, nothing is erased.
customers-forget-confirm = Type the key to confirm
customers-forget-confirm-hint = It is
customers-forget-confirm-fault = This is not the key.
customers-forget-do = Forget for good

customers-receipts = Receipts
customers-receipts-about = Of people who were forgotten. Nothing here says who they were.
customers-receipts-none = Nobody was forgotten yet
customers-receipts-none-what = When a person is forgotten, what was erased where stands here.
customers-receipt = Receipt
customers-receipt-show = Show the receipt
customers-receipt-of = Receipt of an erasure
customers-receipt-nobody = It says what was erased, and not whom it was about: note its number beside the request.
customers-receipt-download = Download
customers-done-forgotten = The person is forgotten. Note the number of this receipt beside the request.
customers-receipt-id = Number
customers-receipt-when = When
customers-receipt-by = By
customers-receipt-erased = What was erased
customers-receipt-addresses = Addresses never sent again
customers-receipt-ledgers = Entries in ledgers
customers-receipt-rejections = Rows and examples of runs
customers-receipt-lists = Lists in ActiveCampaign
customers-receipt-became = What became of it
customers-became-unsubscribed = Unsubscribed
customers-became-gone = Was not on the list any more
customers-became-not-ours = Left on it: was there before Segue ever sent this person
customers-became-left-alone = Nothing was done there
customers-left-out = { $count ->
    [one] One row was left out, because the person was forgotten. It is not among the members.
   *[other] { $count } rows were left out, because the people were forgotten. They are not among the members.
}
