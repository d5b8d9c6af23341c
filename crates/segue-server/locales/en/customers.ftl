# Customers: who they are.

customers-about = What is known of a person, and why segments hold them or not.
customers-table = Table
customers-search = Key, e-mail address, name or phone number
customers-hint = The whole value, upper and lower case alike. Keys exactly as they are.
customers-attributes = What is known
customers-no-segments = There is no segment of this table.
customers-segments-hint = By the tables as they are now.
customers-why = In or not?
customers-nobody = Nobody was found
customers-nobody-what = Whole values are compared: look for “anna”, not for “ann”.
customers-open = Open
customers-first = These are the first ten.
