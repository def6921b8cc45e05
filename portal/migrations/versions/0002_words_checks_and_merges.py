"""Words, checks and merges

Revision: 0002
Revises: 0001
"""

from alembic import op
import sqlalchemy as sa

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


PARTIAL = (
    ('ix_notifications_received_due_at', 'due_at', "fate = 'received'"),
    ('ix_notifications_parked_license_key', 'license_key', "fate = 'parked'"),
    ('ix_notifications_parked_agreement_key', 'agreement_key', "fate = 'parked'"),
    ('ix_notifications_parked_customer_key', 'customer_key', "fate = 'parked'"),
    ('ix_notifications_parked_previous_agreement_key', 'previous_agreement_key', "fate = 'parked'"),
    ('ix_notifications_odd_fate', 'fate', "fate NOT IN ('applied', 'news')"),
)


def upgrade() -> None:
    with op.batch_alter_table('contract_names', schema=None) as batch_op:
        batch_op.add_column(sa.Column('word', sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column('word_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('contracts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('merged_into_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('ends_told_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('auto_renew_told_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('check_due_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('check_attempts', sa.Integer(), nullable=False, server_default='0'))
        batch_op.create_index(batch_op.f('ix_contracts_aws_account_id'), ['aws_account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_contracts_check_due_at'), ['check_due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_contracts_continues_id'), ['continues_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_contracts_merged_into_id'), ['merged_into_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_contracts_merged_into_id'), 'contracts', ['merged_into_id'], ['id'])
    op.execute(
        'UPDATE contracts SET check_due_at = check_requested_at, ends_told_at = terms_at, auto_renew_told_at = terms_at'
    )
    with op.batch_alter_table('contracts', schema=None) as batch_op:
        batch_op.drop_column('terms_at')

    with op.batch_alter_table('organisations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('name_key', sa.String(length=600), nullable=True))
    op.execute('UPDATE organisations SET name_key = lower(trim(name))')
    with op.batch_alter_table('organisations', schema=None) as batch_op:
        batch_op.alter_column('name_key', existing_type=sa.String(length=600), nullable=False)
        batch_op.create_index('ix_organisations_name_key', ['name_key'], unique=False, postgresql_ops={'name_key': 'varchar_pattern_ops'})

    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.add_column(sa.Column('previous_agreement_key', sa.String(length=600), nullable=True))
        for name in ('agreement_key', 'customer_key', 'license_key', 'received_at', 'fate_due'):
            batch_op.drop_index(f'ix_notifications_{name}')
    for name, column, condition in PARTIAL:
        where = sa.text(condition)
        op.create_index(name, 'notifications', [column], unique=False, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    with op.batch_alter_table('organisations', schema=None) as batch_op:
        batch_op.drop_index('ix_organisations_name_key')
        batch_op.drop_column('name_key')

    for name, _column, _condition in PARTIAL:
        op.drop_index(name, table_name='notifications')
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        for column in ('agreement_key', 'customer_key', 'license_key', 'received_at'):
            batch_op.create_index(f'ix_notifications_{column}', [column], unique=False)
        batch_op.create_index('ix_notifications_fate_due', ['fate', 'due_at'], unique=False)
        batch_op.drop_column('previous_agreement_key')

    with op.batch_alter_table('contracts', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_contracts_merged_into_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_contracts_merged_into_id'))
        batch_op.drop_index(batch_op.f('ix_contracts_aws_account_id'))
        batch_op.drop_index(batch_op.f('ix_contracts_continues_id'))
        batch_op.drop_index(batch_op.f('ix_contracts_check_due_at'))
        batch_op.add_column(sa.Column('terms_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_column('auto_renew_told_at')
        batch_op.drop_column('ends_told_at')
        batch_op.drop_column('check_attempts')
        batch_op.drop_column('check_due_at')
        batch_op.drop_column('merged_into_id')

    with op.batch_alter_table('contract_names', schema=None) as batch_op:
        batch_op.drop_column('word_at')
        batch_op.drop_column('word')
