# Every code of docs/errors.md: what happened, and what to do.

problem-malformed = The request cannot be read
advice-malformed = See the detail, and docs/api.md.

problem-unknown-cursor = The cursor is not one of this list
advice-unknown-cursor = Begin with the first page again.

problem-sign-in-required = Nobody is signed in, or the session or token has ended
advice-sign-in-required = Sign in again, or use another token.
problem-token-expired = The token has expired
advice-token-expired = Make a new one with segue tokens add, or signed in under Your account.

problem-wrong-credentials = Login or password is wrong
advice-wrong-credentials = Try again, or ask an administrator for a link to set a new password.

problem-cross-site = The request comes from another site
advice-cross-site = Send it from Segue's own address, or with a token.

problem-forbidden = Your role does not allow this
advice-forbidden = Ask an administrator.

problem-read-only-token = The token may only read
advice-read-only-token = Use a token of scope write.

problem-session-required = This takes a person who is signed in, not a token
advice-session-required = Sign in with login and password.

problem-not-found = There is nothing under this address
advice-not-found = Look at the list again.

problem-wrong-method = This address does not take this method
advice-wrong-method = See the Allow header.

problem-taken = The name is taken
advice-taken = Choose another.

problem-in-use = Something else uses this
advice-in-use = Change, detach or remove each of used_by first.

problem-cannot-run = This cannot be run now
advice-cannot-run = See the detail.

problem-key-reused = The idempotency key was used for another wish
advice-key-reused = Use a new key for each wish.
problem-under-way = A run or a refresh is under way
advice-under-way = Let it end, or cancel it, and ask again.

problem-export-user-gone = Nobody answers for what the connection sends
advice-export-user-gone = Have an administrator become its export user.

problem-never-refreshed = The segment was never refreshed
advice-never-refreshed = Refresh it first.

problem-no-data-folder = This server has no data folder
advice-no-data-folder = Have its operator start it with --data-folder.

problem-unusable = A table cannot be read as it is declared
advice-unusable = See the detail; mend its files, or change the table.

problem-last-administrator = This is the last administrator who can sign in
advice-last-administrator = Make somebody else administrator first.

problem-too-many = There are as many as there may be
advice-too-many = Remove what is not needed any more.

problem-not-kept = This is personal data and is not kept any more
advice-not-kept = Run the export again to have it anew.

problem-spent-link = The link was used already or has expired
advice-spent-link = Ask an administrator for a new one.

problem-stale = Somebody else has changed this in the meantime
advice-stale = Read it again and repeat the change.

problem-too-large = The body is too large
advice-too-large = Send less.

problem-not-json = The body is not JSON
advice-not-json = Send it as application/json.

problem-invalid-fields = Some fields are not right
advice-invalid-fields = See errors: each names a field and what is wrong.

problem-connect-host = ActiveCampaign does not answer at this host
advice-connect-host = Copy the API URL from Settings → Developer in ActiveCampaign.

problem-connect-key = ActiveCampaign refused the API key
advice-connect-key = Copy it again from Settings → Developer in ActiveCampaign.

problem-connect-permission = The API key's user lacks a permission
advice-connect-permission = Give its group the permission, or use another user's key.

problem-connect-account = The ActiveCampaign account is suspended or unpaid
advice-connect-account = Sign in to it to see why.

problem-version-required = The request does not say which version it changes
advice-version-required = Send the ETag that was read as If-Match.

problem-too-many-attempts = There were too many attempts to sign in
advice-too-many-attempts = Wait as long as Retry-After says.

problem-defect = Segue has failed
advice-defect = Repeat it; if it fails again, report it with the X-Request-Id.

problem-connect-network = ActiveCampaign cannot be reached from here
advice-connect-network = Check the network of the machine that Segue runs on.

problem-connect-provider = ActiveCampaign is in trouble or busy
advice-connect-provider = Try again later.

problem-busy = As many questions as may be are being answered
advice-busy = Try again in as many seconds as Retry-After says.

problem-store-unavailable = The database does not answer
advice-store-unavailable = Try again; the log says more.

problem-secret-unavailable = A secret cannot be read
advice-secret-unavailable = See the detail.

problem-too-slow = The answer took too long
advice-too-slow = Try again later. Give large text files as Parquet, which need not be read whole.

problem-disk-full = The disk is full
advice-disk-full = Free some space.

problem-out-of-memory = This takes more memory than is allowed
advice-out-of-memory = Ask less at once, or have the operator raise --memory.
