-- Who there is in the database. The house makes these roles itself where it may; elsewhere an administrator runs this
-- file once (psql -f sql/roles.sql), and the next `selfimprove up` grants them what sql/grants.sql says.
-- The embedded server gives each of them a login with a password; elsewhere grant them to logins of your own.
do $$
declare
    name text;
begin
    foreach name in array array['gateway', 'pipeline', 'reviewer', 'analyst'] loop
        if not exists (select from pg_roles where rolname = name) then
            begin
                execute format('create role %I nologin', name);
                execute format('comment on role %I is %L', name, 'selfimprove');
            exception when duplicate_object or unique_violation then
                null;  -- someone else was quicker
            end;
        end if;
    end loop;
end
$$;
