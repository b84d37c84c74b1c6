set search_path to selfimprove, public;

insert into margins (name, value, declared_at, reason)
select name, value, timestamptz '2000-01-01 00:00+00', 'shipped: ' || reason
from (values
    ('own_drop', 0.05, 'a shown loss on held-out questions against the champion and earlier models'),
    ('pins_lost', 0.1, 'share of the pinned answers that the champion gives and that may be lost')
) as shipped (name, value, reason);
