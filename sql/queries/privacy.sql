-- The second room: which sealed rows there are, and the redacted chats.

-- sealed_rows_exist: whether anything in the database needs the vault's keys
select exists (select from chats) as found;
