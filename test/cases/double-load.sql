INSERT INTO finance.mrr_monthly
SELECT as_of, account_id, plan, mrr_eur, _loaded_at + interval '1 hour' FROM finance.mrr_monthly WHERE as_of = DATE '2026-10-31';
