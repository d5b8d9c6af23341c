# People who may sign in, and their API tokens.

people-about = Who may sign in, and what each may do.
people-add = Add person
people-add-why = You get a link that works once, to hand over. The person sets a password with it.
people-name = Name
people-login-hint = By which the person signs in. An e-mail address will do; nothing is sent to it.
people-role = Role
people-role-hint-viewer = Sees exports, segments, customers, tables and status.
people-role-hint-contributor = Also changes tables and segments, and exports on connections that are shared.
people-role-hint-administrator = Does everything, and decides where data may go.
people-any-role = Any role
people-show-all = Show all
people-nobody = Nobody is found.
people-state = Status
people-enabled = May sign in
people-invited = No password yet
people-disabled = Disabled
people-since = Added
people-you = You
people-facts = About this person
people-what-done = What this person did
people-may-sign-in = May sign in
people-may-sign-in-hint = Whoever may not is signed out at once, and their tokens stop working.
people-new-link = Make a new link
people-link-why = A new link lets the person set another password. Until then the old one works.
people-link-why-first = The person has not set a password yet. A new link makes the one before useless.
people-link = One-time link
people-link-what = Hand this link to { $name } by a safe way, best in person or by phone. Whoever has it sets the password.
people-link-label = Link
people-link-once = It is shown only now. If it is lost, make a new one.
people-link-until = Works once, until
people-answers-for = { $count ->
    [one] Exports on one connection run in this person’s name:
   *[other] Exports on { $count } connections run in this person’s name:
}
people-answers-hint = They stop if the person is removed, disabled or no administrator any more, until another administrator becomes export user.
people-done-added = { $name } is added.
people-done-link = A new link for { $name } is made. Those before it work no more.
people-done-changed = Your changes are saved.
people-done-revoked = The token is revoked.
people-done-removed = The person is removed.
people-remove = Remove person
people-remove-which = Remove { $name }?
people-remove-self = This is you. You are signed out, and cannot sign in again.
people-remove-what = { $login } is signed out at once and cannot sign in any more.
people-remove-tokens = { $count ->
    [0] There are no API tokens.
    [one] One API token stops working.
   *[other] { $count } API tokens stop working.
}
people-remove-instead = What the person did stays in the audit log. To keep the account for later, clear “May sign in” instead.
people-remove-do = Remove person

tokens = API tokens
tokens-about = With a token, programs and the command line ask in your name. Each is shown once.
tokens-none = No API tokens.
tokens-name = Token
tokens-name-example = Nightly report
tokens-scope = May
tokens-scope-read = Read
tokens-scope-write = Read and change
tokens-days = Days
tokens-make = Make token
tokens-used = Last used
tokens-until = Works until
tokens-made = New token
tokens-made-what = “{ $name }” is made. Programs send it as the header below.
tokens-secret = Token
tokens-once = Copy it now: it is not shown again. If it is lost, revoke it and make another.
tokens-revoke = Revoke
tokens-revoke-which = Revoke “{ $name }”?
tokens-revoke-what = Whatever uses this token stops working at once. This cannot be undone.
tokens-revoke-do = Revoke token
people-search = Name or login
