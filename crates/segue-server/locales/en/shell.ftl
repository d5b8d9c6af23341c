# What stands on every page, and the pages about oneself.

skip-to-content = Skip to content
menu = Menu
menu-close = Close menu
nav-label = Main
nav-start = Start
nav-home = Home
nav-data = Data
nav-tables = Tables
nav-customers = Customers
nav-segments = Segments
nav-exports = Exports
nav-admin = Admin
nav-connections = Connections
nav-people = People
nav-audit = Audit log
nav-system = System
nav-status = Status
nav-schedule = Schedule
nav-about = About
to-home = Back to Home
save = Save
cancel = Cancel
copy = Copy
copied = Copied
close = Close
edit = Edit
remove = Remove
search = Search
done = Done
optional = optional
none = None
never = Never
yes = Yes
no = No
next-page = Next page
first-page = First page
columns-shown = Columns { $from } to { $until } of { $all }
columns-before = Columns before
columns-next = Next columns
columns-pages = Other columns
form-has-faults = Some fields are not right
unreachable = The server cannot be reached. Nothing was sent, and everything that you typed is still here: try again in a moment.
try-again = Try again
form-stale = Somebody else has changed this in the meantime. Nothing was saved, and nothing that you typed is lost. Look it over and do it again.
stale-changed = What was changed meanwhile
stale-field = Field
stale-now = As it stands now
stale-typed = As you typed it
stale-over = Saving puts what you typed in its place.

role-viewer = Viewer
role-contributor = Contributor
role-administrator = Administrator

sign-in = Sign in
sign-out = Sign out
login = Login
login-hint = By which you sign in. An e-mail address will do.
password = Password
password-hint = At least 12 characters. A few words that do not belong together are easy to remember.
password-forgotten = Forgotten? An administrator can make you a link to set a new one.
wait-seconds = { $seconds ->
    [one] Wait a second and try again.
   *[other] Wait { $seconds } seconds and try again.
}

setup = Welcome to Segue
setup-why = You are the first. This makes you the administrator, who decides where data may go.
setup-do = Create administrator
setup-password = Set your password
setup-password-why = Your link works once. Afterwards you sign in with the new password.
setup-password-do = Set password
setup-spent = This link does not work any more
setup-code = Code from the link
setup-code-hint = What stands behind the # of the link; you may also paste the whole link.
your-name = Your name
language = Language

session-ended = Your session has ended
session-ended-what = Nothing of what you typed is lost.
session-ended-first = Sign in again, in another tab.
session-ended-then = Come back here and send it again.
session-ended-secrets = Passwords and keys are not kept: you will be asked for them once more.
send-again = Send again

account = Your account
account-about-you = About you
account-sessions = Where you are signed in
account-sessions-why = Left a browser signed in somewhere? This ends all your sessions, this one included. Tokens stay.
account-sessions-do = Sign out everywhere
account-done-revoked = The token is revoked.
account-password = Password
account-password-do = Change password
account-done-changed = Your changes are saved.
account-done-password = Your password is changed. All your other sessions have ended.
password-current = Current password
password-new = New password

home-begin = From here to the first delivery
home-step-table = Add a table
home-step-why-table = Your customer profiles, from CSV, Parquet or NDJSON files.
home-step-do-table = Add table
home-step-key = Give your customers a key
home-step-why-key = Your table has none yet: the column that tells customers apart.
home-step-do-key = Choose the key
home-step-segment = Make a segment
home-step-why-segment = Who is meant: everybody who meets your conditions.
home-step-do-segment = Make segment
home-step-connection = Connect ActiveCampaign
home-step-why-connection = Your account, or the built-in sandbox to try everything first.
home-step-do-connection = Connect
home-step-export = Create an export
home-step-why-export = Which segments go to which list, and what fills the contacts.
home-step-do-export = Create export
home-step-run = Run it
home-step-why-run = A dry run shows first what would be sent.
home-step-do-run = Go to exports

month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec

lasted-less = less than a second
lasted-seconds = { $seconds } s
lasted-minutes = { $minutes } min { $seconds } s
lasted-hours = { $hours } h { $minutes } min

