set search_path to selfimprove, public;

-- Whether the files of the database were rid of what was forgotten: a command that was killed had them keep it, and so
-- did older versions of what embeddings told. Where it is null it is done when the house starts.
alter table receipts add column given_back_at timestamptz;
