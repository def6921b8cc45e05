"""What people look after: moves, decisions, dead letters, previews, and what is seen to

Revision: 0007
Revises: 0006
"""

from alembic import op
import sqlalchemy as sa

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

FOR_PEOPLE = sa.text("kind IN ('advisory', 'cancellation')")
UNCLEAR = sa.text("fate = 'parked' AND problem IS NOT NULL")
NOBODYS = sa.text("organisation_id IS NULL AND merged_into_id IS NULL AND state NOT IN ('ended', 'superseded')")
THERE = sa.text('gone_at IS NULL')


def upgrade() -> None:
    op.create_table('moves',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('contract_id', sa.Uuid(), nullable=False),
        sa.Column('from_id', sa.Integer(), nullable=True),
        sa.Column('to_id', sa.Integer(), nullable=True),
        sa.Column('linked_by_id', sa.Integer(), nullable=True),
        sa.Column('linked_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by', sa.String(length=64), nullable=False),
        sa.Column('why', sa.Text(), nullable=False),
        sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('undone_by', sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(['contract_id'], ['contracts.id'], name=op.f('fk_moves_contract_id')),
        sa.ForeignKeyConstraint(['from_id'], ['organisations.id'], name=op.f('fk_moves_from_id')),
        sa.ForeignKeyConstraint(['to_id'], ['organisations.id'], name=op.f('fk_moves_to_id')),
        sa.ForeignKeyConstraint(['linked_by_id'], ['people.id'], name=op.f('fk_moves_linked_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_moves'))
    )
    op.create_index(op.f('ix_moves_contract_id'), 'moves', ['contract_id'])
    op.create_table('unclear_purchases',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('names_hash', sa.String(length=64), nullable=False),
        sa.Column('product_code', sa.String(length=255), nullable=False),
        sa.Column('license_arn', sa.String(length=600), nullable=True),
        sa.Column('agreement_id', sa.String(length=600), nullable=True),
        sa.Column('customer_identifier', sa.String(length=600), nullable=True),
        sa.Column('aws_account_id', sa.String(length=255), nullable=True),
        sa.Column('arrivals', sa.Integer(), nullable=False),
        sa.Column('first_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('contract_id', sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(['contract_id'], ['contracts.id'], name=op.f('fk_unclear_purchases_contract_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_unclear_purchases')),
        sa.UniqueConstraint('names_hash', name=op.f('uq_unclear_purchases_names_hash'))
    )
    op.create_table('decisions',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('contract_id', sa.Uuid(), nullable=False),
        sa.Column('notification_id', sa.Integer(), nullable=True),
        sa.Column('purchase_id', sa.Integer(), nullable=True),
        sa.Column('names', sa.JSON(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by', sa.String(length=64), nullable=False),
        sa.Column('why', sa.Text(), nullable=False),
        sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('undone_by', sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(['contract_id'], ['contracts.id'], name=op.f('fk_decisions_contract_id')),
        sa.ForeignKeyConstraint(['notification_id'], ['notifications.id'], name=op.f('fk_decisions_notification_id')),
        sa.ForeignKeyConstraint(['purchase_id'], ['unclear_purchases.id'], name=op.f('fk_decisions_purchase_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_decisions'))
    )
    for column in ('contract_id', 'notification_id', 'purchase_id'):
        op.create_index(op.f(f'ix_decisions_{column}'), 'decisions', [column])
    op.create_table('seen_to',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('notification_id', sa.Integer(), nullable=True),
        sa.Column('contract_id', sa.Uuid(), nullable=True),
        sa.Column('finding_id', sa.Integer(), nullable=True),
        sa.Column('letter_id', sa.Integer(), nullable=True),
        sa.Column('purchase_id', sa.Integer(), nullable=True),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by', sa.String(length=64), nullable=False),
        sa.Column('why', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['notification_id'], ['notifications.id'], name=op.f('fk_seen_to_notification_id')),
        sa.ForeignKeyConstraint(['contract_id'], ['contracts.id'], name=op.f('fk_seen_to_contract_id')),
        sa.ForeignKeyConstraint(['finding_id'], ['findings.id'], name=op.f('fk_seen_to_finding_id')),
        sa.ForeignKeyConstraint(['letter_id'], ['letters.id'], name=op.f('fk_seen_to_letter_id')),
        sa.ForeignKeyConstraint(['purchase_id'], ['unclear_purchases.id'], name=op.f('fk_seen_to_purchase_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_seen_to'))
    )
    for column in ('notification_id', 'contract_id', 'finding_id', 'letter_id', 'purchase_id'):
        op.create_index(op.f(f'ix_seen_to_{column}'), 'seen_to', [column])
    op.create_table('dead_letters',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('message_id', sa.String(length=100), nullable=False),
        sa.Column('body', sa.Text(), nullable=False),
        sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('receives', sa.Integer(), nullable=False),
        sa.Column('first_seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('asked_by', sa.String(length=64), nullable=True),
        sa.Column('returned_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('gone_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_dead_letters')),
        sa.UniqueConstraint('message_id', name=op.f('uq_dead_letters_message_id'))
    )
    op.create_index('ix_dead_letters_there', 'dead_letters', ['id'], postgresql_where=THERE, sqlite_where=THERE)
    op.create_table('dead_letter_looks',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('looked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('queue', sa.String(length=255), nullable=True),
        sa.Column('waiting', sa.Integer(), nullable=False),
        sa.Column('problem', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_dead_letter_looks'))
    )
    op.create_table('previews',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('notification_ids', sa.JSON(), nullable=False),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('asked_by', sa.String(length=64), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('outcome', sa.JSON(), nullable=True),
        sa.Column('problem', sa.Text(), nullable=True),
        sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_previews'))
    )
    op.create_index(op.f('ix_previews_asked_at'), 'previews', ['asked_at'])

    with op.batch_alter_table('contract_changes', schema=None) as batch_op:
        batch_op.add_column(sa.Column('only_for_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_contract_changes_only_for_id'), 'organisations', ['only_for_id'], ['id'])
    # Until now no contract could change its organisation: whose it is, it was when it was linked.
    op.execute(
        "UPDATE contract_changes SET only_for_id = (SELECT organisation_id FROM contracts"
        " WHERE contracts.id = contract_changes.contract_id) WHERE subject = 'organisation'"
    )
    op.create_index('ix_contracts_nobodys', 'contracts', ['created_at', 'id'], postgresql_where=NOBODYS, sqlite_where=NOBODYS)
    op.create_index('ix_notifications_for_people', 'notifications', ['id'], postgresql_where=FOR_PEOPLE, sqlite_where=FOR_PEOPLE)
    op.create_index('ix_notifications_unclear', 'notifications', ['id'], postgresql_where=UNCLEAR, sqlite_where=UNCLEAR)


def downgrade() -> None:
    op.drop_index('ix_notifications_unclear', table_name='notifications')
    op.drop_index('ix_notifications_for_people', table_name='notifications')
    op.drop_index('ix_contracts_nobodys', table_name='contracts')
    with op.batch_alter_table('contract_changes', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_contract_changes_only_for_id'), type_='foreignkey')
        batch_op.drop_column('only_for_id')
    for table in ('previews', 'dead_letter_looks', 'dead_letters', 'seen_to', 'decisions', 'unclear_purchases', 'moves'):
        op.drop_table(table)
