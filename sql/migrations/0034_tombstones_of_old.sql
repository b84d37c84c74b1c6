set search_path to selfimprove, public;

-- What older houses kept of forgotten chats is looked for with each batch that is stored, and mostly there is none.
create index tombstones_of_old on tombstones (turns) where kind = 'opening';
