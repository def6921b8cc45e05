"""What staff find by: words of names, names as they are read out, ids of messages, orders of lists, kept figures

Revision: 0005
Revises: 0004
"""

import json
import re
import unicodedata

from alembic import op
import sqlalchemy as sa

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

BATCH = 5_000
UNLINKED = sa.text('organisation_id IS NULL AND merged_into_id IS NULL')
PROMISED = sa.text("word = 'promised'")
NEWS = sa.text("kind = 'news' AND agreement_key IS NOT NULL")
PREFIX = re.compile(r'^(?:agmt[-–_]?|(?:lic|l)[-–_])(?=\w)')
WORD = re.compile(r'[^\W_]+')


def byte_order(length):
    """A text that is compared as it is stored."""
    return sa.String(length=length).with_variant(sa.String(length=length, collation='C'), 'postgresql')


def upgrade() -> None:
    op.create_table('organisation_words',
        sa.Column('word', byte_order(64), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_organisation_words_organisation_id')),
        sa.PrimaryKeyConstraint('word', 'organisation_id', name=op.f('pk_organisation_words'))
    )
    op.create_table('notification_ids',
        sa.Column('told_id', sa.String(length=100), nullable=False),
        sa.Column('notification_id', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('told_id', 'notification_id', name=op.f('pk_notification_ids'))
    )
    op.create_table('kept_figures',
        sa.Column('name', sa.String(length=64), nullable=False),
        sa.Column('value', sa.JSON(), nullable=False),
        sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('milliseconds', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_kept_figures'))
    )
    with op.batch_alter_table('claims', schema=None) as batch_op:
        batch_op.add_column(sa.Column('known_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f('ix_claims_created_at'), ['created_at'], unique=False)
    op.execute('UPDATE claims SET known_at = used_at WHERE used_at IS NOT NULL')

    with op.batch_alter_table('contracts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('until_at', sa.DateTime(timezone=True), nullable=True))
    op.execute(
        'UPDATE contracts SET until_at = coalesce('
        '(SELECT max(e.expires_at) FROM entitlements e WHERE e.contract_id = contracts.id), ends_at)'
    )
    with op.batch_alter_table('contracts', schema=None) as batch_op:
        batch_op.drop_index('ix_contracts_state')
        batch_op.create_index('ix_contracts_created', ['created_at', 'id'], unique=False)
        batch_op.create_index('ix_contracts_until', ['until_at', 'id'], unique=False)
        batch_op.create_index('ix_contracts_confirmed', ['confirmed_at', 'id'], unique=False)
        batch_op.create_index('ix_contracts_state_created', ['state', 'created_at', 'id'], unique=False)
        batch_op.create_index('ix_contracts_unlinked', ['created_at', 'id'], unique=False, postgresql_where=UNLINKED, sqlite_where=UNLINKED)

    with op.batch_alter_table('contract_names', schema=None) as batch_op:
        batch_op.add_column(sa.Column('spoken', byte_order(600), nullable=True))
    _fill_spoken()
    with op.batch_alter_table('contract_names', schema=None) as batch_op:
        batch_op.alter_column('spoken', existing_type=byte_order(600), nullable=False)
        batch_op.create_index(batch_op.f('ix_contract_names_spoken'), ['spoken'], unique=False)
        batch_op.create_index('ix_contract_names_promised', ['contract_id'], unique=False, postgresql_where=PROMISED, sqlite_where=PROMISED)

    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.create_index('ix_people_email_key', ['email_key'], unique=False, postgresql_ops={'email_key': 'varchar_pattern_ops'})
    op.create_index('ix_notifications_received_at', 'notifications', ['received_at'], unique=False, postgresql_using='brin')

    op.create_index('ix_notifications_news_agreement_key', 'notifications', ['agreement_key'], unique=False, postgresql_where=NEWS, sqlite_where=NEWS)

    _fill_words()
    _fill_ids()
    op.create_index(op.f('ix_organisation_words_organisation_id'), 'organisation_words', ['organisation_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_notifications_news_agreement_key', table_name='notifications')
    op.drop_index('ix_notifications_received_at', table_name='notifications')
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.drop_index('ix_people_email_key')
    with op.batch_alter_table('contract_names', schema=None) as batch_op:
        batch_op.drop_index('ix_contract_names_promised', postgresql_where=PROMISED, sqlite_where=PROMISED)
        batch_op.drop_index(batch_op.f('ix_contract_names_spoken'))
        batch_op.drop_column('spoken')
    with op.batch_alter_table('contracts', schema=None) as batch_op:
        batch_op.drop_index('ix_contracts_unlinked', postgresql_where=UNLINKED, sqlite_where=UNLINKED)
        batch_op.drop_index('ix_contracts_state_created')
        batch_op.drop_index('ix_contracts_confirmed')
        batch_op.drop_index('ix_contracts_until')
        batch_op.drop_index('ix_contracts_created')
        batch_op.create_index(batch_op.f('ix_contracts_state'), ['state'], unique=False)
        batch_op.drop_column('until_at')
    with op.batch_alter_table('claims', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_claims_created_at'))
        batch_op.drop_column('known_at')
    op.drop_table('kept_figures')
    op.drop_table('notification_ids')
    op.drop_table('organisation_words')


def _rows(statement):
    """Rows in the order of their ids, some thousand at a time; the first column is the id."""
    last = 0
    while rows := op.get_bind().execute(sa.text(statement), {'last': last, 'batch': BATCH}).all():
        yield rows
        last = rows[-1][0]


def _fill_spoken() -> None:
    names = sa.table('contract_names', sa.column('id'), sa.column('spoken'))
    update = sa.update(names).where(names.c.id == sa.bindparam('name_id')).values(spoken=sa.bindparam('said'))
    for rows in _rows('SELECT id, kind, key, text FROM contract_names WHERE id > :last ORDER BY id LIMIT :batch'):
        said = [{'name_id': id_, 'said': _spoken(text if kind == 'customer' else key)} for id_, kind, key, text in rows]
        op.get_bind().execute(update, said)


def _spoken(name):
    bare = PREFIX.sub('', ''.join(name.lower().split()))
    return ''.join(character for character in bare if character.isalnum())


def _fill_words() -> None:
    words = sa.table('organisation_words', sa.column('word'), sa.column('organisation_id'))
    for rows in _rows('SELECT id, name FROM organisations WHERE id > :last ORDER BY id LIMIT :batch'):
        found = {(word[:64], id_) for id_, name in rows for word in WORD.findall(_folded(name))}
        if found:
            op.get_bind().execute(sa.insert(words), [{'word': word, 'organisation_id': id_} for word, id_ in sorted(found)])


def _folded(name):
    return unicodedata.normalize('NFKC', name.strip()).casefold()


def _fill_ids() -> None:
    ids = sa.table('notification_ids', sa.column('told_id'), sa.column('notification_id'))
    for rows in _rows('SELECT id, source_key, dialect, body FROM notifications WHERE id > :last ORDER BY id LIMIT :batch'):
        found = {(told, id_) for id_, key, dialect, body in rows for told in _told(key, dialect, body)}
        if found:
            op.get_bind().execute(sa.insert(ids), [{'told_id': told, 'notification_id': id_} for told, id_ in sorted(found)])


def _told(key, dialect, body):
    """The ids that can still be known of a message that came before they were kept."""
    source, _, identity = key.partition(':')
    told = [identity] if source in ('sns', 'sqs') else []
    if dialect == 'eventbridge':
        try:
            event = json.loads(body)
            event = json.loads(event['Message']) if isinstance(event.get('Message'), str) else event.get('Message') or event
            detail = event.get('detail')
            told += [event.get('id'), detail.get('requestId') if isinstance(detail, dict) else None]
        except (ValueError, AttributeError, TypeError):
            pass
    return {one.strip().lower()[:100] for one in told if isinstance(one, str) and one.strip()}
