"""Links by which a purchase goes on in another browser, and who brought a purchase that waits

Revision: 0013
Revises: 0012
"""

from alembic import op
import sqlalchemy as sa

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('claims', schema=None) as batch_op:
        batch_op.add_column(sa.Column('known_person_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(op.f('fk_claims_known_person_id'), 'people', ['known_person_id'], ['id'])
        batch_op.create_index(op.f('ix_claims_known_person_id'), ['known_person_id'])
    op.create_table('hand_overs',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('claim_id', sa.Uuid(), nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('way', sa.String(length=16), nullable=False),
        sa.Column('sender_name', sa.String(length=200), nullable=True),
        sa.Column('sender_id', sa.Integer(), nullable=True),
        sa.Column('sent_to', sa.String(length=320), nullable=True),
        sa.Column('sent_to_hash', sa.String(length=64), nullable=True),
        sa.Column('for_person_id', sa.Integer(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('taken_id', sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_hand_overs_claim_id')),
        sa.ForeignKeyConstraint(['for_person_id'], ['people.id'], name=op.f('fk_hand_overs_for_person_id')),
        sa.ForeignKeyConstraint(['sender_id'], ['people.id'], name=op.f('fk_hand_overs_sender_id')),
        sa.ForeignKeyConstraint(['taken_id'], ['claims.id'], name=op.f('fk_hand_overs_taken_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_hand_overs')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_hand_overs_token_hash'))
    )
    for column in ('claim_id', 'sender_id', 'sent_to_hash', 'for_person_id', 'created_at', 'taken_id'):
        op.create_index(op.f(f'ix_hand_overs_{column}'), 'hand_overs', [column])


def downgrade() -> None:
    op.drop_table('hand_overs')
    op.execute("UPDATE claims SET state = 'used' WHERE state = 'handed over'")
    with op.batch_alter_table('claims', schema=None) as batch_op:
        batch_op.drop_index(op.f('ix_claims_known_person_id'))
        batch_op.drop_constraint(op.f('fk_claims_known_person_id'), type_='foreignkey')
        batch_op.drop_column('reminded_at')
        batch_op.drop_column('known_person_id')
