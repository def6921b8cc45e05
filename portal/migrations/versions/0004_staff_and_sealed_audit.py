"""Staff, second factors, and an audit log that is sealed

Revision: 0004
Revises: 0003
"""

from alembic import op
import sqlalchemy as sa

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

SEALED = ('audit_entries', 'audit_seals')


def upgrade() -> None:
    op.create_table('staff_members',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('email', sa.String(length=320), nullable=False),
        sa.Column('email_key', sa.String(length=320), nullable=False),
        sa.Column('role', sa.String(length=16), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=True),
        sa.Column('set_up_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('code_hash', sa.String(length=64), nullable=True),
        sa.Column('code_expires_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_staff_members_person_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_members')),
        sa.UniqueConstraint('code_hash', name=op.f('uq_staff_members_code_hash')),
        sa.UniqueConstraint('email_key', name=op.f('uq_staff_members_email_key')),
        sa.UniqueConstraint('person_id', name=op.f('uq_staff_members_person_id'))
    )
    op.create_table('staff_sessions',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key_hash', sa.String(length=64), nullable=False),
        sa.Column('member_id', sa.Integer(), nullable=False),
        sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('looks', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['member_id'], ['staff_members.id'], name=op.f('fk_staff_sessions_member_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_sessions')),
        sa.UniqueConstraint('key_hash', name=op.f('uq_staff_sessions_key_hash'))
    )
    op.create_index(op.f('ix_staff_sessions_member_id'), 'staff_sessions', ['member_id'])
    op.create_table('second_factors',
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('sealed_key', sa.String(length=255), nullable=True),
        sa.Column('sealed_pending', sa.String(length=255), nullable=True),
        sa.Column('last_step', sa.Integer(), nullable=False),
        sa.Column('tries', sa.Integer(), nullable=False),
        sa.Column('blocked_until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('challenge', sa.String(length=128), nullable=True),
        sa.Column('challenge_until', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_second_factors_person_id')),
        sa.PrimaryKeyConstraint('person_id', name=op.f('pk_second_factors'))
    )
    op.create_table('passkeys',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('credential_id', sa.String(length=1400), nullable=False),
        sa.Column('public_key', sa.LargeBinary(), nullable=False),
        sa.Column('sign_count', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=60), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_passkeys_person_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_passkeys')),
        sa.UniqueConstraint('credential_id', name=op.f('uq_passkeys_credential_id'))
    )
    op.create_index(op.f('ix_passkeys_person_id'), 'passkeys', ['person_id'])
    op.create_table('audit_seals',
        sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('entry_id', sa.Integer(), nullable=False),
        sa.Column('hash', sa.String(length=64), nullable=False),
        sa.Column('sealed_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('number', name=op.f('pk_audit_seals')),
        sa.UniqueConstraint('entry_id', name=op.f('uq_audit_seals_entry_id'))
    )
    op.add_column('audit_entries', sa.Column('why', sa.String(length=500), nullable=True))
    op.create_index('ix_audit_entries_actor_id', 'audit_entries', ['actor', 'id'])

    # From here on the database itself refuses to change or remove a line.
    if op.get_bind().dialect.name == 'postgresql':
        op.execute("""
            CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
        """)
        for table in SEALED:
            op.execute(f"""
                CREATE TRIGGER {table}_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()
            """)
    else:
        for table in SEALED:
            for deed in ('UPDATE', 'DELETE'):
                op.execute(f"""
                    CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table}
                    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
                """)
        # INSERT OR REPLACE removes a row without asking the trigger above.
        for table, same in (('audit_entries', 'id = NEW.id'), ('audit_seals', 'number = NEW.number OR entry_id = NEW.entry_id')):
            op.execute(f"""
                CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
                WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
                BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
            """)


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        for table in SEALED:
            op.execute(f'DROP TRIGGER {table}_stay ON {table}')
        op.execute('DROP FUNCTION audit_stays()')
    else:
        for table in SEALED:
            for deed in ('update', 'delete', 'replace'):
                op.execute(f'DROP TRIGGER IF EXISTS {table}_no_{deed}')
    op.drop_index('ix_audit_entries_actor_id', table_name='audit_entries')
    op.drop_column('audit_entries', 'why')
    op.drop_table('audit_seals')
    op.drop_table('passkeys')
    op.drop_table('second_factors')
    op.drop_table('staff_sessions')
    op.drop_table('staff_members')
