// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TokenPull} from "../libraries/TokenPull.sol";
import {MarketState} from "./MarketState.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Ledger
/// @notice Balances of accounts: what comes in, what is credited.
abstract contract Ledger is MarketState {
    using TokenPull for IERC20;

    uint8 internal constant BY_AUTHORIZATION = 2;
    uint8 internal constant BY_BALANCE = 3;

    /// @dev Takes `amount` from the caller. The tokens come last, when all else is written.
    function _charge(uint256 amount, Payment calldata payment) internal {
        if (payment.kind == BY_BALANCE) {
            require(payment.data.length == 0, PaymentDataInvalid(BY_BALANCE, payment.data.length));
            _debit(msg.sender, amount);
            emit Spent(msg.sender, amount);
            return;
        }
        TOKEN.pull(msg.sender, amount, payment);
    }

    function _debit(address account, uint256 amount) internal {
        uint256 balance = balanceOf[account];
        require(amount <= balance, BalanceTooLow(account, amount, balance));
        balanceOf[account] = balance - amount;
    }

    function _credit(address account, uint256 amount) internal {
        balanceOf[account] += amount;
    }
}
