-- DuckDB does not know that a primary key determines the row's other columns, and its ->> binds more loosely than =.
SELECT r.response_id, r.submitted_at, r._synced_at, (r.hidden->>'ticket_id') AS ticket_id, (r.hidden->>'channel') AS channel,
       c.contact_id, c.account_id, h.plan, a.region, a.is_internal, r.is_preview,
       max(ans.answer) FILTER (WHERE ans.question_id = 'q_nps')  AS nps,
       max(ans.answer) FILTER (WHERE ans.question_id = 'q_ces')  AS ces,
       max(ans.answer) FILTER (WHERE ans.question_id = 'q_csat') AS csat
FROM typeform_responses r JOIN typeform_answers ans USING (response_id)
JOIN crm_contacts c ON c.contact_id = (r.hidden->>'contact_id')
JOIN crm_accounts a USING (account_id)
LEFT JOIN crm_account_plan_history h ON h.account_id = a.account_id
     AND r.submitted_at >= h.valid_from AND r.submitted_at < coalesce(h.valid_to, 'infinity')
GROUP BY r.response_id, r.submitted_at, r._synced_at, r.hidden, r.is_preview, c.contact_id, c.account_id, h.plan, a.region, a.is_internal
