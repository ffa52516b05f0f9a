create table users (
  id bigint generated always as identity primary key,
  username text not null,
  email text not null,
  password_hash text not null,
  bio text,
  image text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- Unique without regard to case, and without the citext extension, which only a superuser may add.
create unique index users_username_key on users (lower(username));
create unique index users_email_key on users (lower(email));
