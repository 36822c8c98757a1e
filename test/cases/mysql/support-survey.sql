-- MySQL knows neither FILTER nor infinity, and MariaDB not ->>.
SELECT r.response_id, r.submitted_at, r._synced_at, json_unquote(json_extract(r.hidden, '$.ticket_id')) AS ticket_id,
       json_unquote(json_extract(r.hidden, '$.channel')) AS channel,
       c.contact_id, c.account_id, h.plan, a.region, a.is_internal, r.is_preview,
       max(CASE WHEN ans.question_id = 'q_nps' THEN ans.answer END)  AS nps,
       max(CASE WHEN ans.question_id = 'q_ces' THEN ans.answer END)  AS ces,
       max(CASE WHEN ans.question_id = 'q_csat' THEN ans.answer END) AS csat
FROM typeform_responses r JOIN typeform_answers ans USING (response_id)
JOIN crm_contacts c ON c.contact_id = json_unquote(json_extract(r.hidden, '$.contact_id'))
JOIN crm_accounts a USING (account_id)
LEFT JOIN crm_account_plan_history h ON h.account_id = a.account_id
     AND r.submitted_at >= h.valid_from AND (h.valid_to IS NULL OR r.submitted_at < h.valid_to)
GROUP BY r.response_id, r.submitted_at, r._synced_at, r.hidden, r.is_preview, c.contact_id, c.account_id, h.plan, a.region, a.is_internal
