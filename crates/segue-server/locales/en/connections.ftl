# Connections: where data may go.

connections-about = Where data may go. Administrators decide this here; exports then use a connection without ever seeing its key.
connections-add = Add connection
connections-none = Nothing is connected yet. Choose where your segments are to go.
connections-name = Connection
connections-sharing-short = Who may use it
connections-test = Latest test
connections-export-user = Export user
connections-created = Created
connections-changed = Changed
connections-discover = Discover
connections-set-up = Set up
connections-offer-active-campaign = Keep lists equal to segments: contacts with names, phone, custom fields and tags.
connections-sandbox = Sandbox
connections-sandbox-badge = for trying out
connections-sandbox-about = A simulated account inside this server. Nothing leaves the machine, and it forgets everything when the server ends.
connections-sandbox-key = The sandbox needs no key.
connections-sandbox-user-why = It makes you the export user: exports on the sandbox run in your name.
connections-sandbox-save = Create the sandbox connection
connections-sandbox-do = Try with the sandbox
connections-done-added = The connection is saved. Exports can use it now.
connections-done-changed = Your changes are saved. Exports on this connection stay as they are.
connections-done-key = The new account data works and is saved.
connections-done-export-user = You are the export user now.
connections-done-removed = The connection is removed and its key is erased.
connections-done-detached = Detached.

connections-new = New connection
connections-step-name = What it is, and who may use it
connections-step-account = The account
connections-step-privacy = Data privacy
connections-step-user = Export user
connections-step-user-why = Exports on this connection run in the name of an administrator who answers for them. Enter your own Segue password to add yourself.
connections-type = Type
connections-preview = preview
connections-display-name = Display name
connections-display-name-hint = Tell purpose and target, as in “Shop newsletter, ActiveCampaign”. It can be changed later.
connections-sharing = Who may use this connection
connections-sharing-administrators = Administrators
connections-sharing-administrators-hint = Nobody else sees it.
connections-sharing-contributors = Administrators and all contributors
connections-sharing-contributors-hint = Contributors see its name and type, and manage every export on it.
connections-sharing-people = Administrators and these contributors
connections-sharing-people-hint = Tick them below.
connections-sharing-nobody = There is no contributor yet. Add one under People.
connections-sharing-count = { $count ->
    [one] Administrators and 1 contributor
   *[other] Administrators and { $count } contributors
}
connections-host = API host
connections-host-hint = From Settings → Developer in ActiveCampaign, without https://.
connections-key = API key
connections-key-hint = From the same page. It is sealed here, and never shown or logged.
connections-key-where = Where to find host and key
connections-key-elsewhere = The key is kept elsewhere
connections-key-from = Where the key is
connections-key-from-hint = In place of a typed key: env:SEGUE_SECRET_… or file:/path, read whenever it is needed.
connections-key-sealed = sealed in Segue
connections-key-read-from = read from
connections-key-again = The key is not written into pages: type it once more to save.
connections-consent-text = I instruct Segue to send personal data of the members of segments to ActiveCampaign, to the account at { $host }: of each member the e-mail address, and whatever else an export on this connection maps, such as first name, last name, phone, custom fields and tags. This data may be sensitive. It leaves this installation and its safeguards. I answer for having the right to use and transfer it, and for ActiveCampaign meeting our obligations of privacy and security. An administrator can end the transfer at any time by removing this connection.
connections-consent-sandbox = I instruct Segue to deliver personal data of the members of segments to the sandbox, a simulated account inside this server, to try everything out: of each member the e-mail address, and whatever else an export on this connection maps. Nothing leaves the machine, nobody is written to, and the sandbox forgets everything when the server ends. An administrator can end this at any time by removing this connection.
connections-consent-host = the host above
connections-consent-policy = Our privacy statement:
connections-agree = I agree
connections-agree-if-moved = I agree (needed if the host is another)
connections-connect = Connect
connections-connect-hint = Asks the account who it is and which lists it has. Nothing is sent or saved.
connections-save-hint = Saving connects once more, and saves only what works.
connections-password = Your Segue password
connections-connected = Connected to { $host }
connections-key-of = The key belongs to { $user }.
connections-no-lists = The account has no lists yet. Create one in ActiveCampaign before you export.
connections-lists-are = { $count ->
    [one] It has one list:
   *[other] It has { $count } lists:
}
connections-list-id = ID { $id }
connections-list-no-email = takes no e-mail

connections-works = Connected
connections-fault-host = Host does not answer
connections-fault-key = Key refused
connections-fault-network = Not reached
connections-fault-permission = Permission missing
connections-fault-account = Account suspended
connections-fault-provider = ActiveCampaign in trouble
connections-facts = Details
connections-test-again = Test again
connections-change-key = Host and key
connections-consent = Agreed by
connections-consent-version = Version { $version } of the text
connections-policy = privacy statement
connections-used-by = Used by exports
connections-unused = No export uses it yet.
connections-add-export = Create an export
connections-export-off = off
connections-more-exports = Only the first { $count } are shown.
connections-since = since
connections-you-are-user = That is you: exports on this connection run in your name.
connections-become-user = Become export user
connections-gone-removed = removed
connections-gone-disabled = disabled
connections-gone-demoted = no administrator
connections-shut = The API key cannot be opened
connections-shut-why = The master key that seals it is not here, so exports on this connection do not run. Start Segue with that master key, or give the connection its API key again. If the master key is lost, run "segue keys rotate --lost" and start Segue again first.
connections-gone-why-removed = The export user was removed, so exports on this connection do not run. Become its export user, or have another administrator do it.
connections-gone-why-disabled = The export user is disabled, so exports on this connection do not run. Become its export user, or have another administrator do it.
connections-gone-why-demoted = The export user is no administrator any more, so exports on this connection do not run. Become its export user, or have another administrator do it.

connections-edit = Edit connection
connections-edit-why = Exports on this connection stay as they are, whatever you change here.
connections-change-key-why = A new key is tried before it is saved. A stored key goes to its own host only, so another host takes key and consent again.
connections-change-key-do = Connect and save
connections-remove = Remove connection
connections-remove-which = Remove “{ $name }”?
connections-remove-first = 1. Exports that use it
connections-remove-unused = No export uses this connection.
connections-remove-used = { $count ->
    [one] One export uses this connection.
   *[other] { $count } exports use this connection.
}
connections-remove-detach = A detached export keeps its settings and does not run until it gets another connection; a run under way ends. Detach or remove each of them first.
connections-detach = Detach
connections-detach-all = Detach all { $count }
connections-remove-then = 2. The connection
connections-remove-what = Its key is erased, and nothing more is sent to { $host }. What is on the lists there stays. This cannot be undone.
connections-remove-do = Remove connection
